"""The page Scenario: every group, tables edited in place, changes and their undo, files, refusals."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from planner.desk.workspace import Workspace
from planner.knobs import groups
from planner.scenario import Scenario
from planner.scenario_yaml import dump
from planner.ui.change_list import RESET, UNDO
from planner.ui.knob_widgets import key_of
from planner.ui.scenario_file import LOAD, MAX_BYTES
from planner.ui.sheet_widgets import SHEETS
from planner.ui.state import Key

Page = Callable[..., AppTest]
SHOWN = [group for group in groups() if not group.is_hidden and group.needs != "areas"]
GROUP = "scenario_group"
FIELDS = ("number_input", "slider", "toggle", "selectbox", "multiselect")
NOT_HERE = {"sites", "reinforcements", "lead_years"}  # tables that the small region does not have


def draft(app: AppTest) -> Scenario:
    found: Scenario = app.session_state[Key.DRAFT]
    return found


def opened(page: Page, group: str, *, lang: str = "en") -> AppTest:
    app = page("scenario", lang=lang)
    app.session_state[GROUP] = group
    return app.run()


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.success, *app.warning, *app.error, *app.subheader]
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def edit(app: AppTest, table: str, edited: dict[str, dict[str, Any]]) -> AppTest:
    """Change cells of a table (row number, column, value) as the browser does."""
    key = next(frame.key for frame in app.dataframe if str(frame.key).startswith(f"sheet_{table}_"))
    frame = next(frame for frame in app.dataframe if frame.key == key)
    states = app._tree.get_widget_states()
    value = json.dumps({"edited_rows": edited, "added_rows": [], "deleted_rows": []})
    states.widgets.append(WidgetState(id=frame.proto.id, string_value=value))
    return app._run(states)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_group_shows_its_knobs_and_tables(desk: Workspace, page: Page, lang: str) -> None:
    app = page("scenario", lang=lang)
    for group in SHOWN:
        app.session_state[GROUP] = group.id
        app.run()

        assert not app.exception, group.id
        assert not app.error, group.id
        assert app.subheader[0].value == (group.title.zh if lang == "zh" else group.title.en)
        keys = {element.key for kind in FIELDS for element in getattr(app, kind)}
        for knob in group.knobs:
            if knob.kind in ("number", "yes_no", "maybe", "choice", "choices", "years"):
                assert key_of(knob.path) in keys, knob.path
        tables = {str(frame.key).removeprefix("sheet_").rsplit(f"_{lang}_", 1)[0] for frame in app.dataframe}
        assert tables == set(group.tables) - NOT_HERE


def test_at_first_nothing_is_changed(desk: Workspace, page: Page) -> None:
    app = page("scenario").run()

    assert "Nothing is changed from the reference" in texts(app)
    assert app.text_input(key="scenario_name").value == "Small plan"
    assert not [button for button in app.button if button.key == RESET]


def test_a_knob_changes_the_draft_and_the_change_can_be_taken_back(desk: Workspace, page: Page) -> None:
    app = opened(page, "water")

    app.slider(key=key_of("water.availability_share")).set_value(3.0).run()

    assert draft(app).water.availability_share == 0.03
    assert "1 change from the reference" in texts(app)
    assert "0.4 % → **3 %**" in texts(app)
    kept = desk.load()["scenario"]
    assert kept["water"]["availability_share"] == 0.03  # it outlives the page

    app.button(key=UNDO + "water.availability_share").click().run()

    assert draft(app).water.availability_share == 0.004
    assert app.slider(key=key_of("water.availability_share")).value == pytest.approx(0.4)


def test_all_kinds_of_knobs_reach_the_draft_and_all_is_taken_back_at_once(desk: Workspace, page: Page) -> None:
    app = opened(page, "power")
    app.toggle(key=key_of("power.flexible.is_on")).set_value(True).run()
    app.selectbox(key=key_of("power.zone_bound")).set_value("linear").run()
    app.selectbox(key=key_of("power.expansion.may_expand_220_110_kv")).set_value("no").run()
    app.number_input(key=key_of("power.zone_max_share")).set_value(40.0).run()
    app.slider(key=key_of("power.radius_km.220")).set_value(6.0).run()
    app.session_state[GROUP] = "stock"
    app.run()
    app.multiselect(key=key_of("stock.options")).set_value(["vacate", "retrofit"]).run()
    app.session_state[GROUP] = "objective"
    app.run()
    app.number_input(key=key_of("objective.limits.carbon")).set_value(5e6).run()
    app.session_state[GROUP] = "demand"
    app.run()
    app.multiselect(key=key_of("years")).set_value([2030]).run()

    found = draft(app)
    assert found.power.flexible.is_on
    assert found.power.zone_bound == "linear"
    assert found.power.expansion.may_expand_220_110_kv is False
    assert found.power.zone_max_share == 0.4
    assert dict(found.power.radius_km) == {500: 8.0, 220: 6.0}
    assert found.stock.options == ("retrofit", "vacate")  # in the order in which they are offered
    assert dict(found.objective.limits) == {"carbon": 5e6}
    assert found.years == (2030,)
    assert "8 changes from the reference" in texts(app)

    app.button(key=RESET).click().run()

    assert "Nothing is changed" in texts(app)
    assert app.multiselect(key=key_of("years")).value == [2030, 2035]


def test_an_emptied_field_is_no_limit_or_the_rule_of_the_policy(desk: Workspace, page: Page) -> None:
    app = opened(page, "clusters")
    app.number_input(key=key_of("clusters.max_sites")).set_value(None).run()
    app.session_state[GROUP] = "green"
    app.run()
    app.number_input(key=key_of("green.share.2030")).set_value(None).run()

    assert draft(app).clusters.max_sites is None
    assert dict(draft(app).green.share) == {2035: 0.0}
    assert "as the policy says" in texts(app)
    assert "Green share of new load: 75 % from 2030" in texts(app)


def test_what_contradicts_itself_is_told_beside_the_knob_and_not_taken(desk: Workspace, page: Page) -> None:
    app = opened(page, "clusters")

    app.slider(key=key_of("clusters.min_site_mw")).set_value(95.0).run()

    assert not app.exception
    assert "95 MW is more than max_site_mw, 60 MW" in app.error[0].value.replace("\\", "")
    assert draft(app).clusters.min_site_mw == 10.0
    assert app.slider(key=key_of("clusters.min_site_mw")).value == 95.0  # what was tried stays in view

    app.slider(key=key_of("clusters.min_site_mw")).set_value(20.0).run()

    assert not app.error
    assert draft(app).clusters.min_site_mw == 20.0


def test_a_number_out_of_its_range_is_told_by_the_range_in_the_language_of_the_page(
    desk: Workspace, page: Page
) -> None:
    app = opened(page, "solver", lang="zh")

    app.number_input(key=key_of("solver.time_limit_s")).set_value(0.0).run()

    assert "时间上限" in app.error[0].value
    assert "大于 0 秒" in app.error[0].value
    assert draft(app).solver.time_limit_s == 60.0


def test_demand_is_edited_in_its_table(desk: Workspace, page: Page) -> None:
    app = opened(page, "demand")

    edit(app, "demand", {"1": {"2035": 75.0}})

    assert dict(draft(app).workloads["ai"].demand_mw) == {2030: 25.0, 2035: 75.0}
    assert "Demand, inference, 2035" in texts(app)
    edit(app, "workloads", {"0": {"availability": "A (two feeds)", "load_factor": 70.0}})
    assert draft(app).workloads["realtime"].availability == "A"
    assert draft(app).workloads["realtime"].load_factor == 0.7


def test_headroom_is_corrected_for_the_scenario_only(desk: Workspace, page: Page) -> None:
    app = opened(page, "power")

    edit(app, "substations", {"0": {"headroom_mva": 390.0}, "1": {"n_free_bays": 2}})

    assert draft(app).edits == {"substations": {"S1": {"headroom_mva": 390.0}, "S2": {"n_free_bays": 2}}}
    assert "400 MVA → **390 MVA**" in texts(app)
    assert "not known → **2 bays**" in texts(app) or "not known → **2**" in texts(app)

    edit(app, "substations", {"0": {"headroom_mva": 400.0}})  # the region's own value again

    assert draft(app).edits == {"substations": {"S2": {"n_free_bays": 2}}}
    edit(app, "headroom_years", {"1": {"2035": 150.0}})
    edit(app, "reserve", {"0": {"reserve_mva": 25.0}})
    assert draft(app).edits["headroom_years"] == {"S2 2035": {"headroom_mva": 150.0}}
    assert dict(draft(app).power.reserve_mva) == {"S1": 25.0}
    edit(app, "headroom_years", {"1": {"2035": None}})
    edit(app, "reserve", {"0": {"reserve_mva": None}})
    assert "headroom_years" not in draft(app).edits
    assert not draft(app).power.reserve_mva


def test_a_cell_that_cannot_be_is_told_below_its_table(desk: Workspace, page: Page) -> None:
    app = opened(page, "power")

    edit(app, "substations", {"0": {"headroom_mva": -5.0}})

    assert not app.exception
    assert "is negative in S1" in app.error[0].value.replace("\\", "")
    assert not draft(app).edits


def test_own_prices_are_set_and_taken_away(desk: Workspace, page: Page) -> None:
    app = opened(page, "economy")

    edit(app, "prices", {"0": {"own": 650.0}})

    assert draft(app).economy.prices["energy_cny_per_mwh"] == 650.0
    edit(app, "prices", {"0": {"own": None}})
    assert "energy_cny_per_mwh" not in draft(app).economy.prices


def test_the_name_is_given_in_the_language_of_the_page(desk: Workspace, page: Page) -> None:
    app = page("scenario", lang="zh").run()

    app.text_input(key="scenario_name").set_value("较多用水").run()

    assert draft(app).name.zh == "较多用水"
    assert draft(app).name.en == "Small plan"
    app.text_input(key="scenario_name").set_value(" ").run()
    assert draft(app).name.zh == "较多用水"


def loaded(app: AppTest, raw: bytes, name: str = "mine.yaml") -> AppTest:
    """Give a file to the page and wait until the child has read it."""
    app.file_uploader(key=LOAD).set_value((name, raw, "application/yaml")).run()
    for _attempt in range(100):
        if "Reading" not in texts(app):
            break
        time.sleep(0.3)
        app.run()
    return app


def test_a_saved_scenario_is_loaded_again_by_a_child(desk: Workspace, page: Page) -> None:
    app = page("scenario").run()
    changed = draft(app).changed({"water.reach_km": 12.0, "edits": {"substations": {"S1": {"headroom_mva": 1.0}}}})

    loaded(app, dump(changed).replace("region: small", "region: /somewhere/nowhere").encode())

    assert not app.exception
    assert "mine.yaml is loaded. It was made for the region nowhere" in texts(app)
    assert draft(app) == changed
    assert "2 changes from the reference" in texts(app)


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"\xff\xfe", "not text in UTF-8"),
        (b"x: 1\n" + b"#" * MAX_BYTES, "larger than a scenario can be"),
        (b"a: &x 1\nb: *x", "anchors and aliases"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused_and_nothing_changes(
    desk: Workspace, page: Page, raw: bytes, what: str
) -> None:
    app = page("scenario").run()
    before = draft(app)

    loaded(app, raw)

    assert what in texts(app)
    assert draft(app) == before


def test_without_the_view_the_knobs_are_there_and_the_tables_are_on_their_way(
    desk: Workspace, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in (desk.folder / "views").glob("*.json"):
        file.unlink()
    monkeypatch.setattr("planner.desk.jobs.run_child", lambda *_given: "none")
    monkeypatch.setattr("planner.desk.jobs.status", lambda *_given: type("Told", (), {"is_over": False})())

    app = opened(page, "power")

    assert not app.exception
    assert "are being read" in texts(app)
    assert app.toggle(key=key_of("power.flexible.is_on")) is not None


def test_the_button_leads_to_the_page_that_solves(desk: Workspace, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    went: list[str] = []
    monkeypatch.setattr("planner.ui.state.go", went.append)
    app = page("scenario").run()

    app.button(key="scenario_solve").click().run()

    assert went == ["solve"]
    assert SHEETS in app.session_state
