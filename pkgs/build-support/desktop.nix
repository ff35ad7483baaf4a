# Menu entries (freedesktop.org's Desktop Entry Specification).
{ lib, words, ... }: final:

{
  makeDesktopItem = lib.makeOverridable ({ name, desktopName, type ? "Application", genericName ? null, noDisplay ? null
    , comment ? null, icon ? null, onlyShowIn ? [ ], notShowIn ? [ ], dbusActivatable ? null, tryExec ? null, exec ? null
    , path ? null, terminal ? null, actions ? { }, mimeTypes ? [ ], categories ? [ ], implements ? [ ], keywords ? [ ]
    , startupNotify ? null, startupWMClass ? null, url ? null, prefersNonDefaultGPU ? null, singleMainWindow ? null
    , extraConfig ? { }, destination ? "/share/applications" }@args:
    let
      text = v: if builtins.isBool v then lib.boolToString v else toString v;
      list = field: v:
        if !builtins.isList v then throw (words.told "makeDesktopItem: ${name}: ${field} is a ${builtins.typeOf v}, expected a list" (words.place field args) [ "write it between brackets" ])
        else if v == [ ] then null else lib.concatMapStrings (x: "${x};") v;
      # in the order of the specification's table
      entries = [
        [ "Type" type ]
        [ "Version" "1.5" ]
        [ "Name" desktopName ]
        [ "GenericName" genericName ]
        [ "NoDisplay" noDisplay ]
        [ "Comment" comment ]
        [ "Icon" icon ]
        [ "OnlyShowIn" (list "onlyShowIn" onlyShowIn) ]
        [ "NotShowIn" (list "notShowIn" notShowIn) ]
        [ "DBusActivatable" dbusActivatable ]
        [ "TryExec" tryExec ]
        [ "Exec" exec ]
        [ "Path" path ]
        [ "Terminal" terminal ]
        [ "Actions" (list "actions" (lib.attrNames actions)) ]
        [ "MimeType" (list "mimeTypes" mimeTypes) ]
        [ "Categories" (list "categories" categories) ]
        [ "Implements" (list "implements" implements) ]
        [ "Keywords" (list "keywords" keywords) ]
        [ "StartupNotify" startupNotify ]
        [ "StartupWMClass" startupWMClass ]
        [ "URL" url ]
        [ "PrefersNonDefaultGPU" prefersNonDefaultGPU ]
        [ "SingleMainWindow" singleMainWindow ]
      ] ++ lib.mapAttrsToList (n: v: [ n v ]) extraConfig;
      section = title: rows: "[${title}]\n" + lib.concatMapStrings
        (row: lib.optionalString (lib.last row != null) "${lib.head row}=${text (lib.last row)}\n")
        rows;
      action = id: { name, icon ? null, exec ? null }:
        section "Desktop Action ${id}" [ [ "Name" name ] [ "Icon" icon ] [ "Exec" exec ] ];
      kinds = [ "Application" "Link" "Directory" ];
    in
    if !lib.elem type kinds then
      throw (words.told "makeDesktopItem: ${name}: there is no type '${type}'" (words.place "type" args) [ "it is one of ${lib.concatStringsSep ", " kinds}" ])
    else final.writeTextFile {
      name = "${name}.desktop";
      destination = "${destination}/${name}.desktop";
      text = lib.concatStringsSep "\n" ([ (section "Desktop Entry" entries) ] ++ lib.mapAttrsToList action actions);
      checkPhase = lib.optionalString (final ? desktop-file-utils)
        ''${final.desktop-file-utils}/bin/desktop-file-validate "$target"'';
    });
}
