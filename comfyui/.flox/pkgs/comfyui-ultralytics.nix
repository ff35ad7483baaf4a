# YOLO. The runtime's torch is used: neither this package nor what it needs brings another one.
{ lib, python3, fetchPypi, comfyui-thop, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.ultralytics;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-ultralytics";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  pythonRemoveDeps = [ "torch" "torchvision" "ultralytics-thop" ];
  dependencies = [ comfyui-thop ] ++ (with python3.pkgs; [
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
  ]);
  # At each import it asks two servers whether there is a network, and waits for them where a firewall drops
  # that: here only with YOLO_OFFLINE=false.
  postInstall = ''
    substituteInPlace "$out/${python3.sitePackages}/ultralytics/utils/__init__.py" \
      --replace-fail 'os.getenv("YOLO_OFFLINE", "")' 'os.getenv("YOLO_OFFLINE", "true")'
  '';
  pythonImportsCheck = [ "ultralytics" ];
  doCheck = false;

  meta = {
    description = "Object detection and segmentation with YOLO, with the torch of the runtime";
    homepage = "https://ultralytics.com";
    license = lib.licenses.agpl3Only;
    platforms = lib.platforms.linux;
  };
}
