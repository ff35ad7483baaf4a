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
	struct slot {
		const char *hash; /* WINDOW bytes, or NULL */
		size_t index;     /* into the candidates */
	} * slots;
	size_t mask;
	bool *found;           /* a flag a candidate */
	char tail[2 * WINDOW]; /* the last WINDOW - 1 bytes seen, with room to look across */
	size_t tail_n;
};

/* The hash parts are digests: any eight letters of theirs are as good as a hash function. */
static size_t slot_of(const struct scanner *s, const char *hash)
{
	uint64_t v;

	memcpy(&v, hash, sizeof(v));
	return (size_t)((v * 0x9e3779b97f4a7c15u) >> 20) & s->mask;
}

static void look_up(struct scanner *s, const char *hash)
{
	size_t i = slot_of(s, hash);

	for (; s->slots[i].hash; i = (i + 1) & s->mask) {
		if (memcmp(s->slots[i].hash, hash, WINDOW) == 0)
			s->found[s->slots[i].index] = true;
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
	char across[2 * WINDOW];

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
	size_t cap = 64;

	while (cap < candidates.n * 4)
		cap *= 2;
	struct scanner s = {
		.sink.ops = &scanner_ops,
		.next = next,
		.slots = arena_calloc(a, cap, sizeof(struct slot)),
		.mask = cap - 1,
		.found = ARENA_ARRAY(a, bool, candidates.n),
	};
	for (size_t i = 0; i < candidates.n; i++) {
		const char *hash = store_path_hash_part(candidates.v[i]).p;
		size_t at = slot_of(&s, hash);
		while (s.slots[at].hash)
			at = (at + 1) & s.mask;
		s.slots[at] = (struct slot){hash, i};
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

errint store_scan(struct store *s, struct arena *a, const char *real_path,
		  struct str_set candidates, struct path_info *info, struct err *err)
{
	errint rc = check_candidates(s, candidates, err);
	if (rc)
		return rc;

	struct hash_sink hash CLEANUP(hash_sink_release) = hash_sink_init(HASH_SHA256, NULL);
	struct scanner scan = scanner_init(a, candidates, &hash.sink);
	rc = nar_dump(AT_FDCWD, real_path, &scan.sink, NULL, NULL, err);
	if (rc)
		return err_wrap(err, "scanning '%s' for references", real_path);

	info->refs = ARENA_ARRAY(a, struct str, candidates.n);
	info->n_refs = 0;
	for (size_t i = 0; i < candidates.n; i++) {
		if (scan.found[i])
			info->refs[info->n_refs++] = arena_str(a, candidates.v[i]);
	}
	info->nar_size = hash.size;
	hash_sink_finish(&hash, &info->nar_hash);
	return 0;
}
