# Ultralytics YOLO without torch in its closure: the runtime's torch is used, and no install of this
# package can bring another one.
{ lib, python3, fetchPypi }:

let
  pin = (import ../../versions.nix).rebuilt.ultralytics;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-ultralytics";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi (pin // { pname = "ultralytics"; format = "wheel"; dist = "py3"; python = "py3"; });

  pythonRemoveDeps = [ "torch" "torchvision" ];
  dependencies = with python3.pkgs; [
    matplotlib
    numpy
    opencv-python
    pandas
    pillow
    psutil
    py-cpuinfo
    pyyaml
    requests
    scipy
    seaborn
    tqdm
    ultralytics-thop
  ];
  doCheck = false;

  meta = {
    description = "Object detection and segmentation with YOLO, for the torch of the runtime";
    homepage = "https://ultralytics.com";
    license = lib.licenses.agpl3Only;
  };
}
