/* SPDX-License-Identifier: MIT
 *
 * The reference scan: which of some store paths' 32 letter hash parts occur in a tree. It reads
 * the NAR once, hashing it on the way. A window that does not end in a letter of the alphabet
 * cannot hold a hash part, nor can any window over that byte: so the search looks at each window
 * from its end and jumps behind the last foreign byte, touching about one byte in 32 of a
 * binary. */
#include "store/store_int.h"

#include <fcntl.h>
#include <stdlib.h>
#include "store/nar_int.h"

enum { WINDOW = STORE_HASH_LEN };

static const bool is_letter[256] = {
	['0' ... '9'] = true, ['a' ... 'd'] = true, ['f' ... 'n'] = true,
	['p' ... 's'] = true, ['v' ... 'z'] = true,
};

struct scanner {
	struct sink sink;
	struct sink *next;
	struct str_set candidates;
	/* Open addressing. The first letters stand in the table itself, so that what is no hash
	 * part is nearly always told without another look at memory. */
	struct slot {
		uint64_t head;
		size_t candidate; /* its index + 1, or 0 */
	} * slots;
	unsigned shift; /* to the table's size, from 64 bits */
	bool *found;    /* a flag a candidate */
	char tail[WINDOW];
	size_t tail_n; /* the last bytes seen, fewer than a window */
};

static uint64_t head_of(const char *hash)
{
	uint64_t head;

	memcpy(&head, hash, sizeof(head));
	return head;
}

/* The hash parts are digests: any letters of theirs are nearly a hash already. */
static size_t slot_of(const struct scanner *s, uint64_t head)
{
	return (size_t)(head * 0x9e3779b97f4a7c15u >> s->shift);
}

static size_t next_slot(const struct scanner *s, size_t i)
{
	return (i + 1) & ((UINT64_C(1) << (64 - s->shift)) - 1);
}

static void look_up(struct scanner *s, const char *hash)
{
	uint64_t head = head_of(hash);

	for (size_t i = slot_of(s, head); s->slots[i].candidate; i = next_slot(s, i)) {
		if (LIKELY(s->slots[i].head != head))
			continue;
		size_t at = s->slots[i].candidate - 1;
		if (memcmp(store_path_hash_part(s->candidates.v[at]).p, hash, WINDOW) == 0)
			s->found[at] = true;
	}
}

static void search(struct scanner *s, const char *p, size_t n)
{
	for (size_t i = 0; i + WINDOW <= n;) {
		size_t k = WINDOW;
		while (k > 0 && is_letter[(unsigned char)p[i + k - 1]])
			k--;
		if (k > 0) {
			i += k;
			continue;
		}
		look_up(s, p + i);
		/* Inside a run of letters only the next byte is new. */
		for (i++; i + WINDOW <= n && is_letter[(unsigned char)p[i + WINDOW - 1]]; i++)
			look_up(s, p + i);
		i += i + WINDOW <= n ? WINDOW : 0;
	}
}

static void keep_tail(struct scanner *s, const char *p, size_t n)
{
	if (n >= WINDOW - 1) {
		memcpy(s->tail, p + n - (WINDOW - 1), WINDOW - 1);
		s->tail_n = WINDOW - 1;
		return;
	}
	size_t keep = MIN(s->tail_n, WINDOW - 1 - n);
	memmove(s->tail, s->tail + s->tail_n - keep, keep);
	memcpy(s->tail + keep, p, n);
	s->tail_n = keep + n;
}

static errint scanner_write(struct sink *sink, const void *p, size_t n, struct err *err)
{
	struct scanner *s = (struct scanner *)sink;
	size_t head = MIN(n, (size_t)(WINDOW - 1));
	char across[2 * WINDOW]; /* the end of what was seen and the start of this */

	memcpy(across, s->tail, s->tail_n);
	memcpy(across + s->tail_n, p, head);
	search(s, across, s->tail_n + head);
	search(s, p, n);
	keep_tail(s, p, n);
	return sink_write(s->next, p, n, err);
}

static const struct sink_ops scanner_ops = {.write = scanner_write};

static struct scanner scanner_init(struct arena *a, struct str_set candidates, struct sink *next)
{
	unsigned bits = 8;

	while ((size_t)1 << bits < candidates.n * 4)
		bits++;
	struct scanner s = {
		.sink.ops = &scanner_ops,
		.next = next,
		.candidates = candidates,
		.slots = arena_calloc(a, (size_t)1 << bits, sizeof(struct slot)),
		.shift = 64 - bits,
		.found = ARENA_ARRAY(a, bool, candidates.n),
	};
	for (size_t i = 0; i < candidates.n; i++) {
		uint64_t head = head_of(store_path_hash_part(candidates.v[i]).p);
		size_t at = slot_of(&s, head);
		while (s.slots[at].candidate)
			at = next_slot(&s, at);
		s.slots[at] = (struct slot){head, i + 1};
	}
	return s;
}

static errint check_candidates(const struct store *s, struct str_set candidates, struct err *err)
{
	for (size_t i = 0; i < candidates.n; i++) {
		errint rc = store_path_check(s, candidates.v[i], err);
		if (rc)
			return rc;
	}
	return 0;
}

/* Reads the tree once, through the scanner into the hashes. */
static errint read_tree(const char *real_path, struct scanner *scan, struct hash_sink *nar,
			struct content *content, struct err *err)
{
	bool other = content && !(content->recursive && content->hash.algo == HASH_SHA256);
	struct hash_sink decisive CLEANUP(hash_sink_release) =
		hash_sink_init_big(other ? content->hash.algo : HASH_SHA256, NULL);
	struct nar_encoder e CLEANUP(nar_encoder_release) = nar_encoder_init(&scan->sink);
	struct tree_flat flat = tree_flat_init(NULL, &decisive.sink);
	struct tree_tee both = tree_tee_init(&flat.tree, &e.tree);

	if (other && content->recursive)
		nar->next = &decisive.sink;
	errint rc = tree_walk(AT_FDCWD, real_path,
			      other && !content->recursive ? &both.tree : &e.tree, NULL, NULL, err);
	if (!rc)
		rc = nar_encoder_flush(&e, err);
	nar->next = NULL;
	if (!rc && other)
		hash_sink_finish(&decisive, &content->hash);
	return rc;
}

errint store_scan_content(struct store *s, struct arena *a, const char *real_path,
			  struct str_set candidates, struct content *content,
			  struct path_info *info, struct err *err)
{
	errint rc = check_candidates(s, candidates, err);
	if (rc)
		return rc;

	struct hash_sink nar CLEANUP(hash_sink_release) = hash_sink_init_big(HASH_SHA256, NULL);
	struct scanner scan = scanner_init(a, candidates, &nar.sink);
	rc = read_tree(real_path, &scan, &nar, content, err);
	if (rc)
		return err_wrap(err, "scanning '%s' for references", real_path);

	info->refs = ARENA_ARRAY(a, struct str, candidates.n);
	info->n_refs = 0;
	for (size_t i = 0; i < candidates.n; i++) {
		if (scan.found[i])
			info->refs[info->n_refs++] = arena_str(a, candidates.v[i]);
	}
	info->nar_size = nar.size;
	hash_sink_finish(&nar, &info->nar_hash);
	if (content && content->recursive && content->hash.algo == HASH_SHA256)
		content->hash = info->nar_hash;
	return 0;
}

errint store_scan(struct store *s, struct arena *a, const char *real_path,
		  struct str_set candidates, struct path_info *info, struct err *err)
{
	return store_scan_content(s, a, real_path, candidates, NULL, info, err);
}
