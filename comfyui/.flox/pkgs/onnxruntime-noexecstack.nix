# onnxruntime whose libraries do not ask for an executable stack: a hardened kernel refuses to load those
# that do. All that needs onnxruntime here must take this one, or one environment gets two.
{ lib, python3 }:

python3.pkgs.onnxruntime.overridePythonAttrs (old: {
  pname = "onnxruntime-noexecstack";
  pythonImportsCheck = [ "onnxruntime" ];
  nativeBuildInputs = [ python3 ];
  postFixup = ''
    python3 ${../../scripts/clear-execstack.py} "$out"
  '';
  meta = old.meta // {
    description = "Runs models in ONNX's format; its libraries do not ask for an executable stack";
    homepage = "https://onnxruntime.ai";
    license = lib.licenses.mit;
    platforms = lib.platforms.linux;
  };
})
