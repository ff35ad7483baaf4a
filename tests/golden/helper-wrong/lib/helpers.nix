{
  versionOf = { project }: "1.0-${project}";
}
