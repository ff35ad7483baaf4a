/* SPDX-License-Identifier: MIT
 *
 * Every ceiling on data from outside, in one table: what grows beyond its row is an error with
 * that row's name, not a bigger allocation. Sizes in bytes unless the name says otherwise. */
#pragma once

#include <stdint.h>

/* X(name, value, what the user reads) */
#define LIMITS(X)                                               \
	X(ERR_TEXT, 1 << 20, "error message")                   \
	X(NIX_SOURCE, 256 << 20, "Nix expression")              \
	X(NIX_STRING, 1 << 30, "Nix string")                    \
	X(EVAL_ENTRY, 64 << 20, "kept evaluation")              \
	X(SMALL_TREE, 256 << 10, "source read into memory")     \
	X(DRV_FILE, 64 << 20, "derivation")                     \
	X(JSON_TEXT, 512 << 20, "JSON document")                \
	X(TOML_TEXT, 64 << 20, "TOML document")                 \
	X(NAR_NAME, 255, "file name in a NAR")                  \
	X(NAR_LINK, 4096, "symlink target in a NAR")            \
	X(NAR_DEPTH, 1024, "folder depth in a NAR")             \
	X(NAR_AHEAD, 64 << 20, "piece of a NAR")                \
	X(NAR_ENTRIES, 4 << 20, "entries of a folder in a NAR") \
	X(PATH_TEXT, 4096, "path")                              \
	X(STORE_NAME, 211, "store path name")                   \
	X(SMALL_FILE, 1 << 20, "configuration file")            \
	X(MANIFEST, 16 << 20, "manifest")                       \
	X(LOCK_FILE, 64 << 20, "lock file")                     \
	X(PROJECT_LOCK, 1 << 20, "lock of a project")           \
	X(SET_NAR, 256 << 20, "package set")                    \
	X(INDEX_PAGE, 256 << 20, "package index page")          \
	X(INDEX_FILES, 1 << 18, "files of an index page")       \
	X(INDEX_LINK, 64 << 10, "link of an index page")        \
	X(DEB_CONTROL, 16 << 20, "Debian control file")         \
	X(DEB_INDEX, 512 << 20, "Debian package index")         \
	X(DEB_TEXT, 64 << 20, "text file of a Debian package")  \
	X(WHEEL_METADATA, 16 << 20, "wheel metadata")           \
	X(ARCHIVE_ENTRIES, 4 << 20, "entries of an archive")    \
	X(COMPARED, 256 << 20, "content that is compared")      \
	X(GIT_PACK_MIB, 64 << 10, "MiB of a git transfer")      \
	X(GIT_ENTRIES, 4 << 20, "entries of a git tree")        \
	X(GIT_FILE, INT32_MAX, "file in a git repository")      \
	X(GIT_INDEX, 1 << 30, "index of a git repository")      \
	X(TOOL_OUTPUT, 256 << 20, "output of a program")        \
	X(LOG_TAIL, 1 << 20, "end of a build log")              \
	X(SERVICE_SPEC, 4 << 20, "service")                     \
	X(HTTP_HEAD, 1 << 20, "HTTP response head")

enum limit {
#define X(name, value, what) LIMIT_##name = (value),
	LIMITS(X)
#undef X
};
