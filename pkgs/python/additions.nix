# What the lock's projects need said besides the lock: arguments of their buildPythonPackage. A source
# archive that is not here needs setuptools only. What is `optional` is null where there is no file of it.
{ lib, topLevel }:

let
  # a program of the package set around Python's, for what has C or C++ to compile
  tool = name:
    if !(topLevel.stdenv.hasCC or false) then throw "this has no wheel, and the package set no compiler for its source"
    else topLevel.${name} or (throw "building this from its source needs ${name}, which the package set has not");
  # libraries of the host, by Debian's names
  libraries = map (n: topLevel.debian.packages.${n});
in
{
  # At each import it asks the index for a newer version; here only with NO_ALBUMENTATIONS_UPDATE=0.
  albumentations.postInstall = ''
    substituteInPlace "$out"/lib/python*/site-packages/albumentations/__init__.py \
      --replace-fail '"NO_ALBUMENTATIONS_UPDATE", ""' '"NO_ALBUMENTATIONS_UPDATE", "1"'
  '';

  # it holds it below 3; see requirements.txt
  botocore.pythonRelaxDeps = [ "python-dateutil" ];

  # the wheel's RECORD has an older hash of a file of .dist-info
  decord.wrongRecord = true;

  dlib = {
    dontUseCmakeConfigure = true;
    nativeBuildInputs = [ (tool "cmake") ];
  };

  # it pins one that wants an old protobuf; see requirements.txt
  google-generativeai.pythonRelaxDeps = [ "google-ai-generativelanguage" ];

  # It speeds PyOpenGL up, which works without it where there is no wheel.
  pyopengl-accelerate.optional = true;

  # the extension, which is left out, is for CUDA's compiler; without it the package works
  sam2.SAM2_BUILD_CUDA = "0";

  slangpy.libraries = libraries [ "libx11-6" ];
  taichi.libraries = libraries [ "libx11-6" ];

  # At each import it asks two hosts whether there is a network; here only with YOLO_OFFLINE=false.
  ultralytics.postInstall = ''
    substituteInPlace "$out"/lib/python*/site-packages/ultralytics/utils/__init__.py \
      --replace-fail 'if env_bool("YOLO_OFFLINE"):' 'if env_bool("YOLO_OFFLINE", True):'
  '';
}
