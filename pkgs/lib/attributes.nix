# The attributes of a derivation, and of its meta, that something reads. Others are variables of the
# builder's environment, as anybody may want them; kiln warns of those in a project's recipes that are
# spelt almost like one of these.
{
  derivation = ''
    __darwinAllowLocalNetworking __ignoreNulls __impureHostDeps __structuredAttrs allowSubstitutes
    allowedReferences allowedRequisites args build-system buildCommand buildCommandPath buildFlags
    buildFlagsArray buildInputs buildPhase builder catchConflicts checkDeps checkFlags checkFlagsArray
    checkInputs checkPhase cmakeFlags compile configureFlags configureFlagsArray configurePhase
    configurePlatforms configureScript dependencies depsBuildBuild depsBuildBuildPropagated depsBuildTarget
    depsBuildTargetPropagated depsHostHost depsHostHostPropagated depsTargetTarget
    depsTargetTargetPropagated disabled disabledTestMarks disabledTestPaths disabledTests
    disallowedReferences disallowedRequisites distFlags distFlagsArray distPhase doBuild doCheck doConfigure
    doDist doFixup doInstall doInstallCheck doPatch doUnpack dontAddPrefix dontBuild dontCheck
    dontCheckRuntimeDeps dontConfigure dontDist dontFixup dontInstall dontInstallCheck dontPatch
    dontPatchELF dontPatchShebangs dontStrip dontUnpack dontUsePytestCheck dontUsePythonImportsCheck dontUseSetuptoolsBuild
    dontWrapPythonPrograms enableParallelBuilding enableParallelChecking enableParallelInstalling
    enabledTestMarks enabledTestPaths enabledTests env exportReferencesGraph fixupFlags fixupFlagsArray fixupPhase forceShare
    format hardeningDisable hardeningEnable impureEnvVars installCheckFlags installCheckFlagsArray
    installCheckInputs installCheckPhase installFlags installFlagsArray installPhase installTargets
    keepBuildTree loader loaderPath makeFlags makeWrapperArgs makefile mesonFlags meta name namePrefix
    nativeBuildInputs nativeCheckInputs nativeInstallCheckInputs optional-dependencies outputChecks
    outputHash outputHashAlgo outputHashMode outputs passAsFile passthru patchFlags patchFlagsArray
    patchPhase patchelf patches permitUserSite phases pname pos postBuild postCheck postConfigure postDist
    postFixup postInstall postInstallCheck postPatch postUnpack preBuild preCheck preConfigure preDist
    preFixup preFixupPhases preInstall preInstallCheck prePatch preUnpack preferLocalBuild prefix
    propagatedBuildInputs propagatedNativeBuildInputs propagatedUserEnvPkgs pyproject pytestFlags
    pytestFlagsArray python pythonFormat pythonImportsCheck pythonPath pythonRelaxDeps pythonRemoveDeps
    pythonSlots pythonVersion realBuilder relaxDeps removeDeps removeReferencesTo requiredSystemFeatures
    runpath separateDebugInfo setOutputFlags setSourceRoot setupHook shellHook slots sourceRoot src srcs
    stdenv strictDeps stripAllList stripDebugList system unpackCmd unpackFlags unpackFlagsArray unpackPhase
    version wheel
  '';
  meta = ''
    available badPlatforms branch broken changelog description donationPage downloadPage homepage
    hydraPlatforms identifiers insecure isBuildPythonPackage knownIssues knownVulnerabilities license
    longDescription mainProgram maintainers maxSilent name nonTeamMaintainers outputsToInstall platforms
    position priority schedulingPriority sourceProvenance tags teams tests timeout unfree
    unfreeRedistributable unsupported
  '';
}
