/* SPDX-License-Identifier: MIT
 *
 * DSSE envelopes, version 1: a text with its type, and signatures of both. What is signed is
 *
 *	"DSSEv1" SP LEN(type) SP type SP LEN(body) SP body
 *
 * with decimal lengths in bytes. An envelope is JSON: {"payload": base64, "payloadType": …,
 * "signatures": [{"keyid": …, "sig": base64}, …]}. A keyid is a hint; here it is the key's name. */
#pragma once

#include "store/signing_key.h"

struct dsse {
	struct str type, payload;
	struct dsse_signature {
		struct signature sig; /* its name is the keyid, "" when there is none */
		bool fits;            /* it is as long as an Ed25519 signature */
	} * v;
	size_t n;
};

/* Texts live in the arena. ERR_CORRUPT. */
ATTR_MUST_CHECK errint dsse_parse(struct arena *a, struct str text, struct dsse *out,
				  struct err *err);
/* Appends what is signed. */
void dsse_pae(struct str type, struct str payload, struct buf *out);
/* Appends the envelope, a line. */
ATTR_MUST_CHECK errint dsse_make(struct str type, struct str payload,
				 const struct signing_key *keys, size_t n_keys, struct buf *out,
				 struct err *err);
