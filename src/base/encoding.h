/* SPDX-License-Identifier: MIT
 *
 * Bytes as text: base16 (lower case), Nix's base32 (alphabet without e o u t, digits from the
 * last byte on; Nix manual, "Store path" specification) and base64 (RFC 4648 section 4, padded).
 * Decoders accept exactly one spelling of each value and set nothing on failure. */
#pragma once

#include "base/str.h"

#define BASE16_LEN(n) ((n)*2)
#define BASE32_LEN(n) (((n)*8 + 4) / 5)
#define BASE64_LEN(n) (((n) + 2) / 3 * 4)

/* out has room for BASEx_LEN(n) + 1 bytes; a NUL is added. */
void base16_encode(const uint8_t *p, size_t n, char *out);
void base32_encode(const uint8_t *p, size_t n, char *out);
void base64_encode(const uint8_t *p, size_t n, char *out);

/* Is it n bytes as base16, in either case? A Git or Mercurial revision is 20. */
bool base16_check(struct str s, size_t n);
/* Decode exactly n bytes; false on a wrong length, letter or stray bit. base16 takes both cases. */
bool base16_decode(struct str s, uint8_t *out, size_t n);
bool base32_decode(struct str s, uint8_t *out, size_t n);
bool base64_decode(struct str s, uint8_t *out, size_t n);
/* Decodes any length into out (room for s.n * 3 / 4 bytes); returns the count, or -1. */
ptrdiff_t base64_decode_any(struct str s, uint8_t *out);

/* Length of the well-formed UTF-8 sequence at p, or 0; *bad is then the byte that breaks it. */
size_t utf8_sequence(const char *p, const char *end, const char **bad);
