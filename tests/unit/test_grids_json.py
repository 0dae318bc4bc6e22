"""pandapower's JSON from strangers: plain data is copied, everything else is refused with its place."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandapower as pp
import pandapower.networks as pn
import pytest

from models.grid.network_json import read_network_json, write_network_json


@pytest.fixture(scope="module")
def net() -> Any:
    return pn.example_multivoltage()


@pytest.fixture
def file(net: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(pp.to_json(net))
    return found


def _read(file: dict[str, Any]) -> Any:
    return read_network_json(json.dumps(file).encode())


def _cells(file: dict[str, Any], table: str, change: Any) -> None:
    """Change the content of one table of the file."""
    content = json.loads(file["_object"][table]["_object"])
    change(content)
    file["_object"][table]["_object"] = json.dumps(content)


def test_the_same_power_flow_after_reading_and_after_writing(net: Any, file: dict[str, Any]) -> None:
    pp.runpp(net)
    read = _read(file)
    again = read_network_json(write_network_json(read))

    for other in (read, again, pp.from_json_string(write_network_json(read).decode())):
        pp.runpp(other)
        np.testing.assert_allclose(other.res_bus.vm_pu, net.res_bus.vm_pu, rtol=0, atol=1e-9)
        np.testing.assert_allclose(other.res_trafo3w.loading_percent, net.res_trafo3w.loading_percent, atol=1e-6)
    assert write_network_json(again) == write_network_json(read)


FRAME = {"_module": "pandas.core.frame", "_class": "DataFrame", "orient": "split"}


@pytest.mark.parametrize(
    ("name", "evil"),
    [
        ("a module's function", {"_module": "os", "_class": "system", "_object": "true"}),
        ("a function object", {"_module": "builtins", "_class": "function", "_object": "exec"}),
        ("a graph", {"_module": "networkx", "_class": "MultiGraph", "_object": {}}),
        ("a network in the network", {"_module": "pandapower.auxiliary", "_class": "pandapowerNet", "_object": {}}),
        ("a path for a table", {**FRAME, "_object": "/etc/hostname.json"}),
        ("an address for a table", {**FRAME, "_object": "http://127.0.0.1:9/a.json"}),
        ("a table that is no text", {**FRAME, "_object": {"columns": []}}),
        ("a class without a module", {"_class": "DataFrame", "_object": "{}"}),
        ("a module that is no text", {"_module": ["os"], "_class": "system", "_object": "x"}),
        ("numpy's loader", {"_module": "numpy", "_class": "load", "_object": "a.npy"}),
        ("an object in a list", [[{"_module": "subprocess", "_class": "Popen", "_object": "ls"}]]),
        ("an object in a scalar's place", {"_module": "numpy", "_class": "float64", "_object": {"_module": "os"}}),
    ],
)
def test_objects_are_refused_with_their_place(file: dict[str, Any], name: str, evil: Any) -> None:
    file["_object"]["extra"] = evil

    with pytest.raises(ValueError, match=r"net\.extra"):
        _read(file)


def test_objects_in_cells_are_refused(file: dict[str, Any]) -> None:
    evil = {"_module": "subprocess", "_class": "Popen", "_object": "ls"}
    _cells(file, "load", lambda content: content["data"][0].__setitem__(0, evil))

    with pytest.raises(ValueError, match=r"net\.load.*Popen.*subprocess"):
        _read(file)


def test_objects_as_text_in_cells_are_refused(file: dict[str, Any]) -> None:
    evil = json.dumps({"_module": "subprocess", "_class": "Popen", "_object": "ls"})
    _cells(file, "load", lambda content: content["data"][0].__setitem__(0, evil))

    with pytest.raises(ValueError, match="describes an object"):
        _read(file)


@pytest.mark.parametrize(
    "content",
    [b"\x80\x04\x95", b"[]", b"{}", b"{", b'"net.p"', b"[" * 100_000, b'{"_module": "os", "_class": "system"}'],
)
def test_what_is_no_network_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"network"):
        read_network_json(content)


def test_all_faults_of_the_tables_are_told_at_once(file: dict[str, Any]) -> None:
    def spoil(content: dict[str, Any]) -> None:
        columns = content["columns"]
        content["data"][0][columns.index("p_mw")] = None
        content["data"][1][columns.index("q_mvar")] = "many"

    _cells(file, "load", spoil)

    with pytest.raises(ValueError, match=r"load\.q_mvar") as caught:
        _read(file)
    assert "load.p_mw" in str(caught.value)


def test_unknown_buses_are_refused(file: dict[str, Any]) -> None:
    _cells(file, "line", lambda c: c["data"][3].__setitem__(c["columns"].index("to_bus"), 4711))

    with pytest.raises(ValueError, match=r"line\.to_bus: no such bus in element 3"):
        _read(file)


def test_tables_that_would_change_the_flow_unseen_are_refused() -> None:
    net = pn.case4gs()
    pp.create_svc(net, 1, x_l_ohm=1, x_cvar_ohm=-10, set_vm_pu=1.0, thyristor_firing_angle_degree=90)

    with pytest.raises(ValueError, match="svc: 1 elements"):
        read_network_json(pp.to_json(net).encode())


def test_unknown_columns_and_results_are_not_copied(net: Any, file: dict[str, Any]) -> None:
    _cells(file, "load", lambda c: (c["columns"].append("secret"), [row.append("x") for row in c["data"]]))

    read = _read(file)

    assert "secret" not in read.load
    assert read.std_types["line"] == {}
    assert len(read.res_bus) == 0
    assert len(read.load) == len(net.load)
