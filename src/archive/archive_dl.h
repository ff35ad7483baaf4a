/* SPDX-License-Identifier: MIT
 *
 * libarchive and libdeflate, loaded on first use. Only files of this room include this. */
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <libdeflate.h>
#include "base/err.h"

#define ARCHIVE_FUNCTIONS(X)                 \
	X(archive_entry_filetype)            \
	X(archive_entry_hardlink)            \
	X(archive_entry_hardlink_utf8)       \
	X(archive_entry_mode)                \
	X(archive_entry_mtime)               \
	X(archive_entry_pathname)            \
	X(archive_entry_pathname_utf8)       \
	X(archive_entry_size)                \
	X(archive_entry_size_is_set)         \
	X(archive_entry_symlink)             \
	X(archive_entry_symlink_utf8)        \
	X(archive_error_string)              \
	X(archive_read_data)                 \
	X(archive_read_free)                 \
	X(archive_read_new)                  \
	X(archive_read_next_header)          \
	X(archive_read_open2)                \
	X(archive_read_open_fd)              \
	X(archive_read_support_filter_bzip2) \
	X(archive_read_support_filter_gzip)  \
	X(archive_read_support_filter_lzma)  \
	X(archive_read_support_filter_xz)    \
	X(archive_read_support_filter_zstd)  \
	X(archive_read_support_format_empty) \
	X(archive_read_support_format_raw)   \
	X(archive_read_support_format_tar)   \
	X(archive_read_support_format_zip)   \
	X(archive_set_error)

struct archive_api {
#define X(fn) __typeof__(&fn) fn;
	ARCHIVE_FUNCTIONS(X)
#undef X
};

#define DEFLATE_FUNCTIONS(X)             \
	X(libdeflate_alloc_decompressor) \
	X(libdeflate_crc32)              \
	X(libdeflate_deflate_decompress) \
	X(libdeflate_free_decompressor)

struct deflate_api {
#define X(fn) __typeof__(&fn) fn;
	DEFLATE_FUNCTIONS(X)
#undef X
};

/* The functions; loaded once a process. Any number of threads may ask. */
ATTR_MUST_CHECK errint archive_api(const struct archive_api **out, struct err *err);
/* The same of libdeflate's. */
ATTR_MUST_CHECK errint deflate_api(const struct deflate_api **out, struct err *err);
