# Recipes as people write them over the set's libraries: each build system finds headers, libraries and its
# inputs' packages, and what it makes runs. Read by natives.sh.
{ set ? ../../pkgs }:

with import set { system = builtins.currentSystem; };
let
  source = name: files: runCommand "${name}-source" { } (''
    mkdir $out
  '' + lib.concatStrings (lib.mapAttrsToList (file: text: ''
    cat >$out/${file} <<'END'
    ${text}
    END
  '') files));
  recipe = name: args: files: stdenv.mkDerivation ({ name = "by-${name}"; src = source name files; } // args);

  versions = ''
    #include <stdio.h>
    #include <zlib.h>
    #include <openssl/evp.h>
    #include <png.h>
    int main(void)
    {
      printf("%c %d %u\n", *zlibVersion(), EVP_MD_size(EVP_sha256()), png_access_version_number() / 10000);
      return 0;
    }
  '';
in
{
  pkgconfig = recipe "pkgconfig"
    {
      nativeBuildInputs = [ pkg-config ];
      buildInputs = [ zlib openssl libpng ];
      buildPhase = "cc main.c -o check $(pkg-config --cflags --libs zlib libcrypto libpng)";
      installPhase = "install -D check $out/bin/check";
    }
    { "main.c" = versions; };

  # No tool asks where they are.
  plain = recipe "plain"
    {
      buildInputs = [ zlib openssl libpng ];
      buildPhase = "cc -I${lib.getDev libpng}/include/libpng16 main.c -o check -lz -lcrypto -lpng";
      installPhase = "install -D check $out/bin/check";
    }
    { "main.c" = versions; };

  cmake = recipe "cmake"
    {
      nativeBuildInputs = [ cmake ninja ];
      buildInputs = [
        boost curl eigen freetype hdf5 libjpeg libpng libtiff libwebp libxml2 openblas openssl protobuf sqlite zlib
      ];
      doCheck = true;
    }
    {
      "main.cpp" = ''
        #include <Eigen/Dense>
        #include <boost/filesystem.hpp>
        #include <boost/regex.hpp>
        #include <curl/curl.h>
        #include <openssl/ssl.h>
        #include <zlib.h>
        #include <iostream>
        int main()
        {
          Eigen::Matrix2d m;
          m << 1, 2, 3, 4;
          std::cout << m.determinant() << boost::filesystem::exists("/nix")
            << boost::regex_match("a", boost::regex("a")) << (SSL_CTX_new(TLS_method()) != nullptr)
            << (std::string(curl_version()).find("libcurl") == 0) << zlibVersion()[0] << "\n";
        }
      '';
      "CMakeLists.txt" = ''
        cmake_minimum_required(VERSION 3.16)
        project(check CXX)
        find_package(Boost REQUIRED COMPONENTS filesystem regex)
        foreach(package BLAS CURL Eigen3 Freetype JPEG LAPACK LibXml2 OpenSSL PNG Protobuf SQLite3 TIFF WebP ZLIB)
          find_package(''${package} REQUIRED)
        endforeach()
        find_package(HDF5 REQUIRED COMPONENTS C CXX)
        add_executable(check main.cpp)
        target_link_libraries(check Boost::filesystem Boost::regex CURL::libcurl Eigen3::Eigen OpenSSL::SSL ZLIB::ZLIB)
        install(TARGETS check)
        enable_testing()
        add_test(NAME check COMMAND check)
      '';
    };

  meson = recipe "meson"
    {
      nativeBuildInputs = [ meson ninja pkg-config ];
      buildInputs = [ ffmpeg fftw fontconfig freetype glib hdf5 libxml2 ncurses openblas ];
      doCheck = true;
    }
    {
      "main.c" = ''
        #include <glib.h>
        #include <cblas.h>
        #include <libavcodec/avcodec.h>
        int main(void)
        {
          double x[] = { 3, 4 };
          g_print("%d %u %g\n", glib_major_version, avcodec_version() >> 16, cblas_dnrm2(2, x, 1));
          return 0;
        }
      '';
      "meson.build" = ''
        project('check', 'c')
        packages = []
        foreach name : ['glib-2.0', 'libavcodec', 'libavformat', 'freetype2', 'fontconfig', 'libxml-2.0', 'fftw3', 'ncurses', 'openblas']
          packages += dependency(name)
        endforeach
        check = executable('check', 'main.c', dependencies: packages, install: true)
        test('check', check)
      '';
    };

  autotools = recipe "autotools"
    {
      nativeBuildInputs = [ autoreconfHook bison flex pkg-config ];
      buildInputs = [ readline zlib ];
    }
    {
      "main.c" = ''
        #include <stdio.h>
        #include <zlib.h>
        #include <readline/readline.h>
        int yylex(void);
        int main(void) { printf("%c %d\n", *zlibVersion(), rl_library_version != NULL); return 0 * yylex(); }
      '';
      "scan.l" = ''
        %option noyywrap
        %%
        . ;
      '';
      "configure.ac" = ''
        AC_INIT([check], [1])
        AM_INIT_AUTOMAKE([foreign])
        AC_PROG_CC
        AC_PROG_LEX([noyywrap])
        AC_PROG_YACC
        LT_INIT
        PKG_CHECK_MODULES([ZLIB], [zlib])
        AC_CHECK_LIB([readline], [readline], [], [AC_MSG_ERROR([no readline])])
        AC_CONFIG_FILES([Makefile])
        AC_OUTPUT
      '';
      "Makefile.am" = ''
        bin_PROGRAMS = check
        check_SOURCES = main.c scan.l
        check_LDADD = $(ZLIB_LIBS)
      '';
    };

  # Programs: those of libraries, too, whose headers come first.
  programs = stdenv.mkDerivation {
    name = "by-programs";
    dontUnpack = true;
    nativeBuildInputs = [ curl ffmpeg git jq libxml2 makeWrapper openssl perl protobuf sqlite unzip zip zstd ];
    buildPhase = ''
      export HOME=$PWD
      git init -q -b main origin
      git -C origin -c user.name=x -c user.email=x commit -q --allow-empty -m words
      git clone -q origin copy
      [ "$(git -C copy log --format=%s)" = words ]
      ffmpeg -v error -f lavfi -i testsrc=duration=1:size=32x32:rate=5 -c:v libx264 video.mp4
      ffprobe -v error -show_entries stream=nb_frames -of json video.mp4 | jq -r '.streams[0].nb_frames' >frames
      openssl version | grep -q '^OpenSSL 3'
      [ "$(sqlite3 :memory: 'select 1')" = 1 ]
      xmllint --version 2>&1 | grep -q libxml
      protoc --version; curl --version >log; zstd --version >>log
    '';
    installPhase = ''
      mkdir -p $out/bin $out/share
      cp frames $out/share
      printf '#!/bin/sh\necho "{\\"frames\\": $(cat %s/share/frames)}" | jq -c .\n' $out >$out/bin/check
      chmod +x $out/bin/check
      patchShebangs $out/bin
      wrapProgram $out/bin/check --prefix PATH : ${lib.makeBinPath [ coreutils jq ]}
    '';
  };

  # What servers of models and programs of sound are built with.
  servers = recipe "servers"
    {
      nativeBuildInputs = [ cmake pkg-config ];
      buildInputs = [ abseil-cpp grpc gtest ladspa-sdk libb64 libid3tag libmad libpulseaudio nlohmann_json opusfile protobuf rapidjson re2 wavpack ];
      installPhase = "install -D check $out/bin/check";
    }
    {
      "CMakeLists.txt" = ''
        cmake_minimum_required(VERSION 3.20)
        project(servers CXX)
        find_package(GTest REQUIRED)
        find_package(RapidJSON REQUIRED)
        find_package(nlohmann_json REQUIRED)
        find_package(absl REQUIRED)
        find_package(PkgConfig REQUIRED)
        pkg_check_modules(NEEDS REQUIRED IMPORTED_TARGET grpc re2 opusfile libpulse-simple wavpack)
        add_executable(check check.cc)
        target_link_libraries(check PkgConfig::NEEDS GTest::gtest nlohmann_json::nlohmann_json absl::strings id3tag mad b64)
      '';
      "check.cc" = ''
        #include <absl/strings/str_cat.h>
        #include <b64/encode.h>
        #include <grpc/grpc.h>
        #include <gtest/gtest.h>
        #include <id3tag.h>
        #include <iostream>
        #include <ladspa.h>
        #include <mad.h>
        #include <nlohmann/json.hpp>
        #include <opus/opusfile.h>
        #include <pulse/error.h>
        #include <rapidjson/document.h>
        #include <re2/re2.h>
        #include <sstream>
        #include <wavpack/wavpack.h>
        TEST(servers, libraries)
        {
          std::istringstream in("words");
          std::ostringstream out;
          base64::encoder().encode(in, out);
          EXPECT_EQ(out.str(), "d29yZHM=\n");
          EXPECT_TRUE(RE2::FullMatch("abc", "a.c"));
          EXPECT_EQ(nlohmann::json::parse("[1]")[0], 1);
          rapidjson::Document d;
          d.Parse("{\"a\":1}");
          EXPECT_EQ(d["a"].GetInt(), 1);
          EXPECT_EQ(op_test(nullptr, reinterpret_cast<const unsigned char *>("x"), 1), OP_FALSE);
          EXPECT_TRUE(pa_strerror(0) && id3_genre_index(0) && mad_version && WavpackGetLibraryVersion());
        }
        int main(int argc, char **argv)
        {
          testing::InitGoogleTest(&argc, argv);
          auto &listeners = testing::UnitTest::GetInstance()->listeners();
          delete listeners.Release(listeners.default_result_printer());
          int failed = RUN_ALL_TESTS();
          std::cout << absl::StrCat(failed, " ", grpc_version_string()) << std::endl;
          return failed;
        }
      '';
    };
}
