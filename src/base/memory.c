/* SPDX-License-Identifier: MIT
 *
 * The kernel's word about memory: /proc/meminfo, the control groups up to the root, resource
 * limits. What the kernel can take back from caches counts as left. */
#include "base/memory.h"

#include <sys/resource.h>
#include "base/file.h"

/* The number behind `key` at the beginning of a line; false when there is no such line. */
static bool number_after(struct str text, struct str key, uint64_t *out)
{
	struct str line;

	while (str_split(&text, '\n', &line)) {
		uint64_t n = 0;

		if (!str_starts(line, key))
			continue;
		line = str_trim(str_skip(line, key.n));
		for (size_t i = 0; i < line.n && line.p[i] >= '0' && line.p[i] <= '9'; i++)
			n = n * 10 + (uint64_t)(line.p[i] - '0');
		*out = n;
		return line.n && line.p[0] >= '0' && line.p[0] <= '9';
	}
	return false;
}

static bool number_in(const char *path, struct str key, uint64_t *out)
{
	BUF(text, LIMIT_SMALL_FILE);
	ERR(ignored);

	return file_read(AT_FDCWD, path, &text, &ignored) == 0 &&
	       number_after(buf_str(&text), key, out);
}

static size_t left_in_machine(void)
{
	uint64_t available, swap = 0;

	if (!number_in("/proc/meminfo", S("MemAvailable:"), &available))
		return SIZE_MAX;
	number_in("/proc/meminfo", S("SwapFree:"), &swap);
	return (size_t)(available + swap) * 1024;
}

/* Where a version of control groups is mounted, and what its files are called. */
struct version {
	const char *mount, *limit, *used, *cache;
};
static const struct version versions[] = {
	{"/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file "},
	{"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
	 "total_inactive_file "},
};

static bool number_of(const struct version *v, struct str group, const char *file, const char *key,
		      uint64_t *out)
{
	char *path CLEANUP_FREE = xasprintf("%s%.*s/%s", v->mount, STR_ARG(group), file);

	return number_in(path, str_c(key), out);
}

static size_t left_in_group(const struct version *v, struct str group)
{
	uint64_t limit, used, cache = 0;

	/* "max" is no number: no limit here. */
	if (!number_of(v, group, v->limit, "", &limit) || !number_of(v, group, v->used, "", &used))
		return SIZE_MAX;
	number_of(v, group, "memory.stat", v->cache, &cache);
	used -= MIN(cache, used);
	return limit > used ? (size_t)(limit - used) : 0;
}

/* In a group and all above it. */
static size_t left_up_from(const struct version *v, struct str group)
{
	size_t left = SIZE_MAX;

	while (group.n && group.p[group.n - 1] == '/')
		group.n--;
	for (;;) {
		left = MIN(left, left_in_group(v, group));
		if (group.n == 0)
			return left;
		while (group.n && group.p[--group.n] != '/')
			;
	}
}

/* Lines are "number:controllers:group"; version 2 has neither number nor controllers. */
static size_t left_in_groups(void)
{
	BUF(text, LIMIT_SMALL_FILE);
	struct str rest, line;
	size_t left = SIZE_MAX;
	ERR(ignored);

	if (file_read(AT_FDCWD, "/proc/self/cgroup", &text, &ignored) < 0)
		return SIZE_MAX;
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &line)) {
		ptrdiff_t at = str_find(line, S(":memory:"));

		if (str_starts(line, S("0::/")))
			left = MIN(left, left_up_from(&versions[0], str_skip(line, 3)));
		else if (at >= 0)
			left = MIN(left,
				   left_up_from(&versions[1], str_skip(line, (size_t)at + 8)));
	}
	return left;
}

size_t memory_left(void)
{
	return MIN(left_in_machine(), left_in_groups());
}

size_t memory_address_limit(void)
{
	struct rlimit space, data;
	size_t least = SIZE_MAX;

	if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
		least = MIN(least, (size_t)space.rlim_cur);
	if (getrlimit(RLIMIT_DATA, &data) == 0 && data.rlim_cur != RLIM_INFINITY)
		least = MIN(least, (size_t)data.rlim_cur);
	return least;
}
