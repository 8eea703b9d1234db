#!/bin/sh
# Make .venv and install the locked dependencies. Arguments: the Python to use, and run or dev.
set -eu
python="$1"
kind="$2"
say() { printf '%s\n' "$*"; }

if ! command -v "$python" >/dev/null 2>&1; then
    say "没有找到 Python：请安装 Python 3.11 或更新的版本，或用 make PYTHON=/路径/python3 指定。" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    say "Python 太旧：需要 3.11 或更新的版本，现在是 $("$python" -V 2>&1)。请安装新版本，或用 make PYTHON=/路径/python3 指定。" >&2
    exit 1
fi
if [ ! -x .venv/bin/python ]; then
    say "[1/3] 建立虚拟环境 .venv"
    if ! "$python" -m venv .venv >/tmp/anju-venv.$$ 2>&1; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
            "$python" -m venv .venv
        else
            say "建立虚拟环境失败：缺少 venv 模块。请先安装系统包 python3-venv，再运行一次。" >&2
            rm -f /tmp/anju-venv.$$
            exit 1
        fi
    fi
    rm -f /tmp/anju-venv.$$
fi
say "[2/3] 安装锁定的依赖（$kind）"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "requirements/$kind.txt"
say "[3/3] 安装 anju 命令"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . 2>/dev/null \
    || .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
