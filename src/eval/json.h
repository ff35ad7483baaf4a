/* SPDX-License-Identifier: MIT
 *
 * JSON into values: RFC 8259, with the answers and messages of the library that Nix uses (nlohmann
 * json) where texts are wrong or numbers too big. Of equal keys the last counts. */
#pragma once

#include "base/encoding.h"
#include "eval/eval_int.h"

/* Strings without escapes share the text's bytes, which must live as long as the evaluation. */
errint json_parse(struct eval *E, struct str text, struct value *out);

/* The slow, telling scanner: what is the token at p, where does it end, and if it is none, why?
 * Only used to explain failures. */
enum json_token {
	JSON_TOKEN_TRUE,
	JSON_TOKEN_FALSE,
	JSON_TOKEN_NULL,
	JSON_TOKEN_STRING,
	JSON_TOKEN_NUMBER,
	JSON_TOKEN_BEGIN_ARRAY,
	JSON_TOKEN_BEGIN_OBJECT,
	JSON_TOKEN_END_ARRAY,
	JSON_TOKEN_END_OBJECT,
	JSON_TOKEN_COLON,
	JSON_TOKEN_COMMA,
	JSON_TOKEN_END,
	JSON_TOKEN_VALUE, /* any that begins a value; only expected, never found */
	JSON_TOKEN_BAD,
	JSON_TOKEN_NONE,
};
struct json_scan {
	enum json_token token;
	const char *end; /* behind the last byte that was read */
	bool past_end;   /* reading met the end of the text */
	char why[96];    /* JSON_TOKEN_BAD */
};
struct json_scan json_scan(const char *p, const char *end);
/* "syntax error while parsing <what> - …" about the token at p, as Nix words it. */
ATTR_COLD errint json_fail(struct eval *E, struct str text, const char *p, const char *what,
			   enum json_token expected);
