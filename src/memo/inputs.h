/* SPDX-License-Identifier: MIT
 *
 * What an evaluation depends on, noted while it happens: everything outside that was looked at,
 * with what was seen. Each thing is noted once. What the evaluator saw and what is there now are
 * compared by memo/signature.h.
 *
 * An object of the store never changes, so whatever is read of it is one input: that it is there,
 * with the hash that it had. */
#pragma once

#include "base/arena.h"
#include "base/file.h"
#include "base/hash.h"
#include "store/path_map.h"

struct store;

enum input_kind {
	INPUT_TYPE,     /* what there is at a path, or that nothing is */
	INPUT_FILE,     /* the bytes of a file */
	INPUT_LINK,     /* where a symlink leads */
	INPUT_FOLDER,   /* the entries of a folder, with their types */
	INPUT_TREE,     /* a file or folder that was copied to the store */
	INPUT_VARIABLE, /* of the environment */
	INPUT_OBJECT,   /* of the store: whether it is valid, and its hash */
	INPUT_KINDS
};

/* What INPUT_TYPE can see beside the S_IFMT part of a mode, which is never one of these. */
enum { TYPE_NOTHING = 0, TYPE_UNREADABLE = 1 };

/* What stat() tells of a thing: as long as all of it stays, nobody wrote to it. */
struct stamp {
	uint64_t dev, ino, size;
	uint64_t mtime, ctime; /* ns since 1970 */
	uint32_t mode;
};

/* What of a tree is copied. */
enum tree_filter {
	TREE_WHOLE,
	TREE_FILTERED, /* what the entries say; of other names only an evaluation knows */
	TREE_LISTED,   /* what the entries say, and no other name, as long as the other inputs are
			* the same */
	TREE_FILTERS
};

/* One entry of a copied tree, in the order in which they were met. */
struct tree_entry {
	struct str path;    /* below the tree, with a slash in front; "" is the tree itself */
	bool kept;          /* by the filter */
	uint32_t type;      /* S_IFMT */
	struct stamp stamp; /* of kept ones */
};

struct input {
	enum input_kind kind;
	struct str path;    /* on this machine; the variable's name; the store path */
	uint32_t type;      /* TYPE: what was there. OBJECT: 1 when it was valid */
	struct stamp stamp; /* FILE, FOLDER */
	uint8_t hash[32];   /* FILE, LINK, FOLDER, VARIABLE: of what was read; OBJECT: NAR hash */
	/* TREE: */
	struct str name, store_path; /* what it became */
	bool recursive;
	enum tree_filter filter;
	struct tree_entry *entries;
	size_t n_entries, cap_entries;
};

/* What was told to the user on the way, to be told again. */
struct input_message {
	uint32_t level; /* enum report_level */
	struct str text;
};

struct eval_inputs {
	struct arena a;
	struct store *store;
	int64_t began; /* ns since 1970, before anything was read */
	struct path_map seen[INPUT_KINDS];
	struct input **v; /* in order of discovery */
	size_t n, cap;
	struct input_message *messages;
	size_t n_messages, cap_messages;
	char *unknowable; /* why the result cannot be kept, or NULL */
};

/* Begins now. The store outlives it. */
struct eval_inputs *eval_inputs_new(struct store *s);
void eval_inputs_free(struct eval_inputs *in);
void eval_inputs_cleanup(struct eval_inputs **in);

/* Notes. path is the program's name for what lies at `real` on the disk. All take in == NULL and do
 * nothing then. */
void input_type(struct eval_inputs *in, struct str path, const char *real, uint32_t type);
void input_file(struct eval_inputs *in, struct str path, const char *real, struct str bytes);
void input_link(struct eval_inputs *in, struct str path, const char *real, struct str target);
void input_folder(struct eval_inputs *in, struct str path, const char *real,
		  const struct dir_list *l);
void input_variable(struct eval_inputs *in, struct str name, struct str value);
/* A store path (the object itself, or something in it) that is needed or was asked for. */
void input_object(struct eval_inputs *in, struct str path);
void input_message(struct eval_inputs *in, uint32_t level, struct str text);
/* The result depends on something that no later run can compare. */
ATTR_PRINTF(2, 3) void input_unknowable(struct eval_inputs *in, const char *fmt, ...);

/* A tree being copied: NULL when nothing needs to be noted of it. */
struct input *input_tree(struct eval_inputs *in, struct str path, const char *real, struct str name,
			 bool recursive, enum tree_filter filter);
/* What the filter said of the entry `rest` (below the tree, with a slash in front). */
void input_tree_entry(struct eval_inputs *in, struct input *tree, struct str rest, uint32_t type,
		      bool kept);
/* The copy is complete. A tree that never gets here failed to be copied and is no input. */
void input_tree_done(struct eval_inputs *in, struct input *tree, struct str store_path);

/* Adds an entry with its memory in the arena; for signatures, too. */
struct tree_entry *tree_entry_add(struct arena *a, struct input *tree, struct str rest,
				  uint32_t type, bool kept);
/* The hash of a folder's listing, as INPUT_FOLDER has it. */
void input_listing_hash(const struct dir_list *l, uint8_t out[32]);
