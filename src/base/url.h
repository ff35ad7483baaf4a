/* SPDX-License-Identifier: MIT
 *
 * The little of RFC 3986 that transfers need: resolving references, taking apart, decoding, and
 * showing an URL without its secrets. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* ref against an absolute base (section 5.2), without fragment; ERR_CORRUPT when the result is
 * not http, https or file, or holds a blank or control character; ERR_DENIED for a file: that a
 * page from the web names. */
ATTR_MUST_CHECK errint url_resolve(struct arena *a, struct str base, struct str ref,
				   struct str *out, struct err *err);
/* Decodes %xx into out (room for s.n + 1 bytes, NUL added); false on a broken escape or a NUL. */
bool url_decode(struct str s, char *out, size_t *n);
/* The last part of its path, decoded unless that makes a '/', malloc'd; the whole URL when it ends
 * in '/'. */
ATTR_MALLOC char *url_file_name(const char *url);
/* "https://host:port", borrowed from url; all of url when it has no host. */
struct str url_origin(const char *url);
/* Does it begin as what Nix takes for a URL where a path may stand, too: an entry of a search path,
 * "channel:" among them? */
bool url_is_pseudo(struct str s);
/* For messages: without user and password, malloc'd. */
ATTR_MALLOC char *url_shown(const char *url);
