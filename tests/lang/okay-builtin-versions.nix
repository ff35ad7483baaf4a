{
  compare = [
    (builtins.compareVersions "1.0" "2.3")
    (builtins.compareVersions "2.3a" "2.3.1")
    (builtins.compareVersions "2.3pre1" "2.3")
    (builtins.compareVersions "1.2-3" "1.2.3")
    (builtins.compareVersions "" "")
  ];
  split = map builtins.splitVersion [ "1.2.3" "" "2.3pre-4..x" "--" ];
  names = map builtins.parseDrvName [ "nix-0.12pre12876" "a-b-c" "x-" "apache-httpd-2.0.48" ];
}
