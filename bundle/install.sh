#!/bin/sh
# Install Site by Power from this folder, without any network:  ./install.sh [FOLDER]
# FOLDER (default: ./site-by-power) becomes a virtual environment; set PYTHON to choose the interpreter.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
target=${1:-site-by-power}
wanted=$(cat "$here/PYTHON")

fail() { echo "$1" >&2; exit 2; }

what='import platform, sys; print("%d.%d %s %s" % (*sys.version_info[:2], platform.system(), platform.machine()))'
found=""
for python in ${PYTHON:-} "python${wanted%% *}" python3; do
	found=$("$python" -c "$what" 2>/dev/null) || continue
	[ "$found" = "$wanted" ] && break
	[ -n "${PYTHON:-}" ] && break
done
[ "$found" = "$wanted" ] || fail "This bundle is for Python $wanted; found: ${found:-none}. Make the bundle on a machine like this one, or set PYTHON. / 本安装包适用于 Python $wanted；本机为：${found:-无}。请在同类机器上重新制作，或设置 PYTHON。"

echo "Checking the files / 校验文件"
(cd "$here" && sha256sum --quiet --check SHA256SUMS) || fail "A file is damaged: copy the bundle again. / 文件已损坏，请重新复制。"

echo "Installing into $target / 安装到 $target"
"$python" -m venv "$target" || fail "No virtual environment could be made; on Debian and Ubuntu install python3-venv. / 无法建立虚拟环境；Debian 或 Ubuntu 请安装 python3-venv。"
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-index "$here"/wheels/*.whl
"$target/bin/python" -m pip check --disable-pip-version-check > /dev/null || fail "The packages do not fit together. / 软件包之间不匹配。"

echo "Installed / 安装完成: $("$target/bin/planner" --version)"
echo "Open the desk / 打开工作台:  $target/bin/planner app"
