# Finds and installs nodes from within ComfyUI, and turns off there what this project packages. It is a
# module that ComfyUI imports when it is started with --enable-manager.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  pin = versions.nodes.manager;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-manager";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  dependencies = with python3.pkgs; [
    aiohttp
    chardet
    gitpython
    huggingface-hub
    nh3
    packaging
    pygithub
    rich
    toml
    torch
    transformers
    typer
    typing-extensions
    uv
  ];
  # it runs inside of ComfyUI, whose modules it imports
  pythonImportsCheck = [ "cm_cli" ];
  passthru.importCheck = python3.pkgs.comfyui-manager.importCheck or { };
  doCheck = false;

  meta = {
    description = "Manager of ComfyUI's nodes";
    homepage = "https://github.com/ltdrdata/ComfyUI-Manager";
    license = lib.licenses.gpl3Only;
    platforms = lib.platforms.all;
  };
}
