/* SPDX-License-Identifier: MIT
 *
 * A kept evaluation as bytes: what it depended on, what it told, and the derivations it found.
 *
 *	entry    = text(program) i64(began) list(input) list(message) list(found)
 *	list     = u32 count, items
 *	text     = u32 length, bytes without NUL, NUL
 *	input    = u8 kind, text(path), then by kind
 *	             TYPE      u32 type
 *	             FILE, FOLDER  stamp, 32 bytes of hash
 *	             LINK, VARIABLE  32 bytes of hash
 *	             OBJECT    u32 type, 32 bytes of hash
 *	             TREE      text(name) text(store path) u8 recursive, u8 filter,
 *	                       list(text(path) u8 kept, u32 type, [stamp when kept])
 *	stamp    = u64 device, inode, size, mtime, ctime; u32 mode
 *	message  = u32 level, text
 *	found    = u32 kind, text(label), list(derivation)
 *	derivation = text(attr) text(name) text(system) text(drv path) text(output)
 *	             text(out path) list(text(output name))
 *
 * Numbers are little endian. There is one spelling of every entry. */
#pragma once

#include "base/buf.h"
#include "memo/inputs.h"
#include "store/drv_ref.h"

/* Derivations of one thing that was asked for. The caller's label and kind come back as given. */
struct memo_found {
	uint32_t kind;
	struct str label;
	struct drv_ref *drvs;
	size_t n;
};

struct memo_entry {
	struct str program; /* what evaluated: another one may find something else */
	int64_t began;
	struct input *inputs;
	size_t n_inputs;
	struct input_message *messages;
	size_t n_messages;
	struct memo_found *found;
	size_t n_found;
};

/* inputs of the entry are ignored: v are printed. Overflows the buffer when too much. */
void memo_entry_print(const struct memo_entry *e, struct input *const *v, size_t n, struct buf *b);
/* ERR_CORRUPT. Texts point into bytes and are followed by a NUL. */
ATTR_MUST_CHECK errint memo_entry_parse(struct arena *a, struct str bytes, struct memo_entry *out,
					struct err *err);
