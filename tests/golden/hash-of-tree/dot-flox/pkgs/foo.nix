{ fetchzip }:

# the hash of the archive itself, where that of the unpacked tree belongs
fetchzip {
  url = "file:///FILE";
  hash = "sha256-1D6T4WRRUMIdHYnkPLf3El3ZsvudBD7cI6mcsC6AV7w=";
}
