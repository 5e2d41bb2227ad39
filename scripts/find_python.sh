#!/bin/sh
# Prints the path of a Python that can run hospital_twin, or one sentence on stderr and exits 1.
#
#   sh scripts/find_python.sh             the first suitable one on PATH
#   sh scripts/find_python.sh PYTHON      that one, and no other
#
# Suitable: CPython of a version in pyproject.toml's requires-python, able to make environments.

project=$(dirname "$0")/../pyproject.toml
range=$(sed -n 's/^requires-python = ">=3\.\([0-9]*\),<3\.\([0-9]*\)"$/\1 \2/p' "$project")
lowest=${range% *}
above=${range#* }
wanted="Python 3.$lowest to 3.$((above - 1))"

# The snippet must be readable by every Python that may be met, 2.7 included.
ask() {
    "$1" -c "
import platform, sys
version = sys.version_info[:2]
if platform.python_implementation() != 'CPython' or not (3, $lowest) <= version < (3, $above):
    sys.exit(3)
try:
    import ensurepip, venv
except ImportError:
    sys.exit(4)
" >/dev/null 2>&1
}

named() { "$1" -c 'import platform; print("%s %s" % (platform.python_implementation(), platform.python_version()))' 2>/dev/null; }

refuse() {
    echo "hospital_twin needs $wanted with its venv module, but $1; $2." >&2
    exit 1
}

if [ -n "$1" ]; then
    path=$(command -v "$1") || refuse "PYTHON=$1 is not a program" "give PYTHON the path of a suitable one"
    ask "$path"
    case $? in
        0) echo "$path"; exit 0 ;;
        4) refuse "$1 has no venv" "install it (on Debian and Ubuntu the package python3-venv)" ;;
        *) refuse "$1 is $(named "$path" || echo "not a Python")" "give PYTHON the path of a suitable one" ;;
    esac
fi

names=python3
minor=$((above - 1))
while [ "$minor" -ge "$lowest" ]; do
    names="$names python3.$minor"
    minor=$((minor - 1))
done
found="no Python is on the PATH"
remedy="install one from python.org or your system's packages, or name one: make setup PYTHON=/path/to/python3"
IFS=:
for name in $(echo "$names python" | tr ' ' ':'); do
    for folder in $PATH; do
        path=$folder/$name
        [ -x "$path" ] && [ ! -d "$path" ] || continue
        ask "$path"
        case $? in
            0) echo "$path"; exit 0 ;;
            3) [ "$missing_venv" ] || found="$path is $(named "$path")" ;;
            4) found="$path has no venv" missing_venv=yes
               remedy="install it (on Debian and Ubuntu: apt install $name-venv)" ;;
        esac
    done
done
refuse "$found" "$remedy"
