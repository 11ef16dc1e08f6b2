# Where the project keeps what is slow to make. Sourced by the other scripts.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export JBCALL_CACHE=${JBCALL_CACHE:-$HOME/.cache/jbcall}
export JBCALL_VENV=$JBCALL_CACHE/venv
export JBCALL_PYTHON=${JBCALL_PYTHON:-$JBCALL_VENV/bin/python}
# Servers of an earlier generation: some deployments fail with these only.
export JBCALL_VENV_OLDER=$JBCALL_CACHE/venv-starlette-0.27
export JBCALL_PYTHON_OLDER=${JBCALL_PYTHON_OLDER:-$JBCALL_VENV_OLDER/bin/python}
# In CI every run is a fresh clone: one target directory outside of it is reused.
if [ -n "${CI:-}" ]; then export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$JBCALL_CACHE/target}; fi
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$ROOT/target}
export PATH=$JBCALL_CACHE/tools/bin:$HOME/.cargo/bin:$PATH
mkdir -p "$JBCALL_CACHE"
