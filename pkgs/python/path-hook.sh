# What packages of Python among the inputs bring is found by the interpreter.
_pythonPath() { addToSearchPath PYTHONPATH "$1/@sitePackages@"; }
addEnvHooks "$hostOffset" _pythonPath
