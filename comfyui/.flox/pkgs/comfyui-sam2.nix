# Segment Anything 2. The runtime's torch is used: neither this package nor what it needs brings another one.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.sam2;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-sam2";
  inherit (pin) version;
  pyproject = true;
  src = fetchPypi pin;
  build-system = with python3.pkgs; [ setuptools wheel ];

  # The list of what its build needs has torch, for an extension that is for CUDA's compiler; without that
  # the package works.
  SAM2_BUILD_CUDA = "0";
  postPatch = ''
    sed -i '/"torch[>=]/d' pyproject.toml
    sed -i 's/^from torch\..*import .*$//' setup.py
  '';

  pythonRemoveDeps = [ "torch" "torchvision" ];
  dependencies = with python3.pkgs; [
    hydra-core
    iopath
    numpy
    pillow
    tqdm
  ];
  pythonImportsCheck = [ "sam2" ];
  doCheck = false;

  meta = {
    description = "Segments what is pointed at in pictures and videos, with the torch of the runtime";
    homepage = "https://github.com/facebookresearch/sam2";
    license = lib.licenses.asl20;
    platforms = lib.platforms.linux;
  };
}
