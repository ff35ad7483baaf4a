# The cpu filling of the slots, and the device back ends that come with it.
{ platform, groups, away, ... }:

let
  inherit (platform) triplet;
  sitePackages = "lib/python3.13/site-packages";
  torchLib = "${sitePackages}/torch/lib";
  pythonSlot = debs: extra: extra // {
    inherit debs;
    rules = [ [ "layout" "usr/lib/python3/dist-packages" sitePackages ] ] ++ extra.rules or [ ]
      ++ [ [ "compile" "${groups.python313}/bin/python3.13" sitePackages ] ];
  };
in
{
  # The cpu filling of the slots: only the slots' own files. What torch imports of Python (numpy,
  # sympy, …) comes from the Python lock.
  torchCpu = pythonSlot [ "python3-torch" "libtorch2.6" ] {
    pname = "torch-cpu";
    deps = [ "libopenblas0-openmp" ];
    folders = [ torchLib ];
    rules = [
      # Debian's two packages become one tree, as upstream has it.
      [ "layout" "usr/lib/${triplet}" torchLib ]
      [ "drop" "${sitePackages}/torch/bin/*Test" ]
      [ "drop" "${sitePackages}/torch/bin/test_*" ]
      [ "drop" "${sitePackages}/torch/bin/tutorial_*" ]
      [ "drop" "${sitePackages}/torch/bin/*_test" ]
      # Headers come with no package of the set.
      [ "drop" "${sitePackages}/torch/include" ]
      [ "trim" "${sitePackages}/torch/test" ]
    ];
    passthru = { pythonModule = true; slot = "torch"; };
  };
  torchvisionCpu = pythonSlot [ "python3-torchvision" ] {
    pname = "torchvision-cpu";
    rules = [ [ "drop" "${sitePackages}/torchvision/video_reader.*.so" ] ];
    passthru = { pythonModule = true; slot = "torchvision"; };
  };
  torchaudioCpu = pythonSlot [ "python3-torchaudio" ] {
    pname = "torchaudio-cpu";
    passthru = { pythonModule = true; slot = "torchaudio"; };
  };

  # Device back ends whose libraries are left out of the lock.
  libucx0 = {
    debs = [ "libucx0" ];
    rules = [
      [ "trim" "lib/ucx/*rocm*" ] [ "trim" "lib/ucx/*perftest*" ] [ "trim" "lib/ucx/*fuse*" ]
      [ "trim" "lib/ucx/*_ib*" ] [ "trim" "lib/ucx/*rdmacm*" ] [ "trim" "bin" ] [ "trim" "etc" ]
      (away "lib/libucs.so.0.0.0" "/etc/ucx" 2)
    ];
  };
}
