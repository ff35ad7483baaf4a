/* SPDX-License-Identifier: MIT
 *
 * The kernel's word about memory: /proc/meminfo, the control groups (version 2) up to the root,
 * resource limits. What the kernel can take back from caches counts as left. */
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

static size_t left_in_group(struct str group)
{
	CLEANUP_FREE char *max = xasprintf("/sys/fs/cgroup%.*s/memory.max", STR_ARG(group));
	CLEANUP_FREE char *now = xasprintf("/sys/fs/cgroup%.*s/memory.current", STR_ARG(group));
	CLEANUP_FREE char *stat = xasprintf("/sys/fs/cgroup%.*s/memory.stat", STR_ARG(group));
	uint64_t limit, used, cache = 0;

	/* "max" is no number: no limit here. */
	if (!number_in(max, S(""), &limit) || !number_in(now, S(""), &used))
		return SIZE_MAX;
	number_in(stat, S("inactive_file "), &cache);
	used -= MIN(cache, used);
	return limit > used ? (size_t)(limit - used) : 0;
}

static size_t left_in_groups(void)
{
	BUF(text, LIMIT_SMALL_FILE);
	struct str group = S(""), rest, line;
	size_t left = SIZE_MAX;
	ERR(ignored);

	if (file_read(AT_FDCWD, "/proc/self/cgroup", &text, &ignored) < 0)
		return SIZE_MAX;
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &line))
		if (str_starts(line, S("0::/")))
			group = str_skip(line, 3);
	while (group.n && group.p[group.n - 1] == '/')
		group.n--;
	for (;;) {
		left = MIN(left, left_in_group(group));
		if (group.n == 0)
			return left;
		while (group.n && group.p[--group.n] != '/')
			;
	}
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
