{ fetchzip }:

# the hash of the archive itself, where that of the unpacked tree belongs
fetchzip {
  url = "file:///FILE";
  hash = "sha256-7wo141PTacCtlcN7BVE3k2w/P68PXDK0gCib5J7y5H8=";
}
