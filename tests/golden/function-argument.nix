{ writeTextFile }:

writeTextFile {
  name = "foo";
  text = "exec python3";
  executeable = true;
}
