# Recipes for the compiler of the set, as people write them for nixpkgs. Each of `builds` has in bin/check
# what tells that it works; `fail` are builds that must fail.
let
  pkgs = import ../../pkgs { };
  inherit (pkgs) lib stdenv fetchurl;

  # A program of one text, built by hand.
  program = name: attrs: stdenv.mkDerivation ({
    inherit name;
    dontUnpack = true;
    buildPhase = ''
      runHook preBuild
      printf '%s' "$text" >main.''${suffix:=c}
      ''${compiler:-$CC} main.$suffix -o check $flags
      runHook postBuild
    '';
    installPhase = "install -D check $out/bin/check";
  } // attrs);

  project = name: { files, ... }@attrs: stdenv.mkDerivation (removeAttrs attrs [ "files" ] // {
    inherit name;
    src = pkgs.linkFarm "sources" (lib.mapAttrs (file: pkgs.writeText (builtins.baseNameOf file)) (files // {
      "part.h" = "#include <string>\nstd::string part();\n";
      "part.cc" = "#include <zlib.h>\n#include \"part.h\"\nstd::string part() { return zlibVersion(); }\n";
      "main.cc" = "#include <iostream>\n#include \"part.h\"\nint main() { std::cout << \"${name} \" << part() << std::endl; }\n";
    }));
    buildInputs = [ pkgs.zlib ];
    strictDeps = true;
    doCheck = true;
    enableParallelBuilding = true;
  });

  # A shared library with a header, of several outputs.
  greet = stdenv.mkDerivation {
    pname = "greet";
    version = "1";
    outputs = [ "out" "dev" ];
    dontUnpack = true;
    buildPhase = ''
      cat >greet.h <<'END'
      const char *greet(void);
      END
      cat >greet.c <<'END'
      #include "greet.h"
      const char *greet(void) { return "hello from afar"; }
      END
      $CC -shared -Wl,-soname,libgreet.so.1 greet.c -o libgreet.so.1
    '';
    installPhase = ''
      mkdir -p $out/lib/pkgconfig $out/include
      cp libgreet.so.1 $out/lib; ln -s libgreet.so.1 $out/lib/libgreet.so
      cp greet.h $out/include
      echo "libdir=$out/lib" >$out/lib/pkgconfig/greet.pc
    '';
  };
in
rec {
  inherit greet;
  builds = {
    plain = program "plain" { text = ''
      #include <stdio.h>
      int main(void) { puts("plain"); return 0; }
    ''; };

    libraries = program "libraries" {
      buildInputs = [ pkgs.zlib pkgs.openssl ];
      strictDeps = true;
      flags = "-lz -lcrypto -lssl";
      text = ''
        #include <openssl/evp.h>
        #include <openssl/ssl.h>
        #include <stdio.h>
        #include <string.h>
        #include <zlib.h>
        int main(void)
        {
        	unsigned char packed[100], plain[100], digest[EVP_MAX_MD_SIZE];
        	uLongf n = sizeof(packed), m = sizeof(plain);
        	unsigned size;
        	if (compress(packed, &n, (const Bytef *)"libraries", 10) || uncompress(plain, &m, packed, n))
        		return 1;
        	EVP_Digest("abc", 3, digest, &size, EVP_sha256(), NULL);
        	SSL_CTX_free(SSL_CTX_new(TLS_method()));
        	if (digest[0] != 0xba || digest[1] != 0x78)
        		return 2;
        	return puts((char *)plain) < 0;
        }
      '';
    };

    cxx = program "cxx" {
      suffix = "cc";
      compiler = "c++";
      flags = "-std=c++20 -pthread";
      text = ''
        #include <iostream>
        #include <map>
        #include <stdexcept>
        #include <string>
        #include <thread>
        #include <vector>
        int main()
        {
        	std::map<std::string, std::vector<int>> m;
        	std::thread t([&] { m["c"].push_back(1); });
        	t.join();
        	try {
        		m.at("none");
        	} catch (const std::out_of_range &) {
        		std::cout << "cxx" << std::endl;
        	}
        }
      '';
    };

    # glibc as an input is no reason for C++ to lose its headers.
    included = program "included" {
      buildInputs = [ pkgs.glibc pkgs.glibc.static ];
      suffix = "cc";
      compiler = "c++";
      flags = "-static";
      text = ''
        #include <cstdlib>
        #include <iostream>
        int main() { std::cout << "included" << std::endl; return std::abs(0); }
      '';
    };

    # Assertions of the C++ library name its headers.
    assertions = program "assertions" {
      suffix = "cc";
      compiler = "g++";
      flags = "-D_GLIBCXX_ASSERTIONS -g";
      dontStrip = true;
      text = ''
        #include <cstdio>
        #include <vector>
        int main(int argc, char **) { std::vector<int> v(10); v[argc] = 1; puts(v[argc] ? "assertions" : ""); }
      '';
    };

    fortran = program "fortran" {
      nativeBuildInputs = [ pkgs.gfortran ];
      buildInputs = [ pkgs.openblas ];
      suffix = "f90";
      compiler = "gfortran";
      flags = "-lopenblas";
      text = ''
        program main
          double precision :: a(2, 2), b(2, 2), c(2, 2)
          a = reshape((/ 1d0, 2d0, 3d0, 4d0 /), (/ 2, 2 /))
          b = a
          c = 0d0
          call dgemm('N', 'N', 2, 2, 2, 1d0, a, 2, b, 2, 0d0, c, 2)
          if (abs(c(2, 2) - 22d0) < 1d-9) print '(a)', 'fortran'
        end program
      '';
    };

    another = program "another" {
      buildInputs = [ greet ];
      flags = "-lgreet";
      text = ''
        #include <greet.h>
        #include <stdio.h>
        int main(void) { return puts(greet()) < 0; }
      '';
    };

    static = program "static" {
      flags = "-static";
      text = ''
        #include <stdio.h>
        int main(void) { puts("static"); return 0; }
      '';
    };

    lto = program "lto" {
      flags = "-flto -O2 -fopenmp -lm";
      text = ''
        #include <math.h>
        #include <stdio.h>
        int main(int argc, char **argv)
        {
        	double sum = 0;
        #pragma omp parallel for reduction(+ : sum)
        	for (int i = 0; i < 100; i++)
        		sum += cos(i * (double)argc);
        	puts(isnan(sum) ? "nan" : "lto");
        	return 0;
        }
      '';
    };

    # An archive of such objects, by ar and ranlib as by gcc-ar.
    archive = (program "archive" {
      text = "int puts(const char *); const char *word(void); int main(void) { return puts(word()) < 0; }";
      flags = "-flto -L. -lword";
    }).overrideAttrs {
      preBuild = ''
        echo 'const char *word(void) { return "archive"; }' >word.c
        gcc -flto -c word.c
        ar rc libword.a word.o
        ranlib libword.a
        nm -s libword.a | grep -x 'word in word.o'
        rm -f word.o
        gcc-nm libword.a | grep ' T word'
      '';
    };

    # Build systems: a library with zlib, and a program with the library, each from a folder of sources.
    cmake = project "cmake" {
      nativeBuildInputs = [ pkgs.cmake ];
      files."CMakeLists.txt" = ''
        cmake_minimum_required(VERSION 3.20)
        project(part CXX)
        find_package(ZLIB REQUIRED)
        add_library(part SHARED part.cc)
        target_link_libraries(part ZLIB::ZLIB)
        add_executable(check main.cc)
        target_link_libraries(check part)
        enable_testing()
        add_test(NAME check COMMAND check)
        install(TARGETS part check)
      '';
    };
    meson = project "meson" {
      nativeBuildInputs = [ pkgs.meson pkgs.ninja pkgs.pkg-config ];
      files."meson.build" = ''
        project('part', 'cpp')
        part = shared_library('part', 'part.cc', dependencies: dependency('zlib'), install: true)
        check = executable('check', 'main.cc', link_with: part, install: true)
        test('check', check)
      '';
    };
    autotools = project "autotools" {
      nativeBuildInputs = [ pkgs.autoreconfHook pkgs.pkg-config ];
      outputs = [ "out" "dev" ];
      files."configure.ac" = ''
        AC_INIT([part], [1])
        AM_INIT_AUTOMAKE([foreign])
        LT_INIT
        AC_PROG_CXX
        PKG_CHECK_MODULES([ZLIB], [zlib])
        AC_CONFIG_FILES([Makefile])
        AC_OUTPUT
      '';
      files."Makefile.am" = ''
        lib_LTLIBRARIES = libpart.la
        libpart_la_SOURCES = part.cc
        libpart_la_LIBADD = $(ZLIB_LIBS)
        include_HEADERS = part.h
        bin_PROGRAMS = show
        show_SOURCES = main.cc
        show_LDADD = libpart.la
        TESTS = show
      '';
      # `check` is a target of make's
      postInstall = "mv $out/bin/show $out/bin/check";
    };

    hello = stdenv.mkDerivation (finalAttrs: {
      pname = "hello";
      version = "2.10";
      src = fetchurl {
        url = "mirror://debian/pool/main/h/hello/hello_${finalAttrs.version}.orig.tar.gz";
        sha256 = "0ssi1wpaf7plaswqqjwigppsg5fyh99vdlb9kzl7c9lng89ndq1i";
      };
      enableParallelBuilding = true;
      doCheck = true;
      postInstall = "ln -s hello $out/bin/check";
    });

    zlib = stdenv.mkDerivation {
      pname = "zlib";
      version = "1.3.1";
      src = fetchurl {
        url = "mirror://debian/pool/main/z/zlib/zlib_1.3.dfsg+really1.3.1.orig.tar.gz";
        sha256 = "1yv9iwxln5nvjxm74hniwdkcx2h1i8q0i502m9y8h5pn0xf33pb0";
      };
      outputs = [ "out" "dev" ];
      separateDebugInfo = true;
      setOutputFlags = false;
      dontDisableStatic = true;
      dontAddDisableDepTrack = true;
      doCheck = true;
      postInstall = "install -D examplesh $out/bin/check";
      preFixup = "patchelf --set-rpath $out/lib:$(patchelf --print-rpath $out/bin/check) $out/bin/check";
    };
  };

  compiler = pkgs.gfortran;

  # 127,000 lines of C++, without its tests, which are as many.
  big = stdenv.mkDerivation (finalAttrs: {
    pname = "cppcheck";
    version = "2.17.1";
    src = fetchurl {
      url = "mirror://debian/pool/main/c/cppcheck/cppcheck_${finalAttrs.version}.orig.tar.gz";
      sha256 = "0v4ngfb2ma85r2p7c3c6325rpwxipjksxhm7bj2h7v28ha383mmz";
    };
    makeFlags = [ "PREFIX=$(out)" "FILESDIR=$(out)/share/cppcheck" "CXXOPTS=-O1" ];
    buildFlags = [ "cppcheck" ];
    enableParallelBuilding = true;
  });

  # Not a program: what the outputs of these hold is looked at.
  outputs = builds.zlib // { all = map (o: builds.zlib.${o}) [ "out" "dev" "debug" ]; };

  # Files named after a host's are not found, whatever a recipe says.
  host = pkgs.runCommandCC "host" { } ''
    echo '#include <curl/curl.h>' >a.c
    ! $CC -E -I/usr/include a.c 2>err; cat err
    $CC -E -v -x c /dev/null -o /dev/null 2>search
    echo 'int main(void) { return 0; }' >b.c
    $CC -L/usr/lib/x86_64-linux-gnu -march=native b.c -o b -Wl,--verbose >link 2>&1
    ! $CC b.c /usr/lib/x86_64-linux-gnu/libc.so.6 2>impure
    mkdir $out; cp search link impure b $out
  '';

  # What the wrapper tells the compiler, word by word.
  words = pkgs.runCommandCC "words" { hardeningDisable = [ "zerocallusedregs" "fortify" ]; } ''
    echo 'int main(void) { return 0; }' >a.c; echo '-DFROM="a b" -c' >response
    words() { NIX_DEBUG=1 "$@" 2>&1 | grep '^  '; }
    NIX_CFLAGS_COMPILE_BEFORE=-DBEFORE NIX_CFLAGS_COMPILE=-DAFTER words $CC -c a.c -o /dev/null >compile
    NIX_LDFLAGS=-lm NIX_CFLAGS_LINK=-pthread words $CC a.c -o a >link
    words $CC @response a.c -o /dev/null >response.words
    echo '#ifdef __cplusplus' >b.h; echo 'int main(void) { return X; }' | $CC -x c - -DX=0 -o b && ./b
    NIX_DEBUG=1 $CC -v 2>version; $CC -print-file-name=libc.so >file
    NIX_CFLAGS_COMPILE_FOR_BUILD=-DBUILD words $CC -c a.c -o /dev/null >build
    NIX_DONT_SET_RPATH=1 $CC a.c -o bare
    mkdir $out; cp compile link response.words version file build bare a $out
  '';

  # Compiled with and without the compiler's own name in the result.
  wrapper = stdenv.mkDerivation {
    name = "wrapper";
    dontUnpack = true;
    nativeBuildInputs = [ pkgs.makeWrapper ];
    installPhase = ''makeWrapper ${stdenv.cc}/bin/cc $out/bin/check --add-flags --version'';
  };

  fail = {
    trace = program "trace" { text = "#include <stdio.h>\nint main(void) { return puts(COMPILER) < 0; }\n"; preBuild = ''flags="-DCOMPILER=\"$(command -v gcc)\""''; };
    rpath = program "rpath" {
      preBuild = "mkdir -p lib; echo 'int f(void) { return 0; }' | $CC -x c - -shared -o lib/libf.so; flags=\"-Llib -lf -Wl,-rpath,$PWD/lib\"";
      text = "int f(void);\nint main(void) { return f(); }\n";
    };
    header = program "header" { text = "#include <curl/curl.h>\nint main(void) { return 0; }\n"; flags = "-I/usr/include"; };
    none = pkgs.runCommand "none" { } "cc --version";
    hardening = program "hardening" { hardeningDisable = [ "everything" ]; text = ""; };
    format = program "format" { text = "#include <stdio.h>\nint main(int argc, char **argv) { return printf(argv[0]); }\n"; };
  };
}
