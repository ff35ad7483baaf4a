/* SPDX-License-Identifier: MIT
 *
 * Which wheels fit, and of several of one version the one that an installer takes. Tags are ordered
 * first by what interpreter and ABI they name, the most particular first, then by platform, the
 * newest first; wheels for any platform come last. */
#include "py/wheel.h"

enum {
	GLIBC_MINOR = 41,     /* of the set's glibc, 2.41: what manylinux_2_N may ask for */
	PLATFORM_RANKS = 128, /* of one interpreter and ABI */
	GROUP_NATIVE = 0,     /* with an ABI, or for this very interpreter */
	GROUP_PURE = 64,      /* py3-none-PLATFORM */
	GROUP_ANY = 128,      /* …-none-any */
};

static bool minor_of(struct str tag, struct str prefix, uint64_t *out)
{
	return str_starts(tag, prefix) && str_to_u64(str_skip(tag, prefix.n), out);
}

static unsigned none_rank(struct str python, unsigned minor, bool any)
{
	unsigned group = any ? GROUP_ANY : GROUP_PURE;
	uint64_t n;

	if (minor_of(python, S("cp3"), &n))
		return n != minor ? WHEEL_NO_RANK : any ? GROUP_ANY : GROUP_NATIVE + 2;
	if (str_eqz(python, "py3"))
		return group + 2;
	if (!minor_of(python, S("py3"), &n) || n > minor)
		return WHEEL_NO_RANK;
	return n == minor ? group + 1 : group + 2 + (unsigned)(minor - n);
}

static unsigned group_rank(struct str python, struct str abi, unsigned minor, bool any)
{
	uint64_t n;

	if (str_eqz(abi, "none"))
		return none_rank(python, minor, any);
	if (any || !minor_of(python, S("cp3"), &n) || n > minor || n < 2)
		return WHEEL_NO_RANK;
	if (n == minor && str_eq(abi, python))
		return GROUP_NATIVE;
	if (!str_eqz(abi, "abi3"))
		return WHEEL_NO_RANK;
	return n == minor ? GROUP_NATIVE + 1 : GROUP_NATIVE + 2 + (unsigned)(minor - n);
}

static unsigned platform_rank(struct str platform, struct str machine)
{
	static const struct {
		const char *name;
		unsigned minor;
	} old[] = {{"manylinux2014_", 17}, {"manylinux2010_", 12}, {"manylinux1_", 5}};
	struct str head = str_drop_suffix(platform, machine);
	uint64_t n;

	if (!str_ends(platform, machine))
		return WHEEL_NO_RANK;
	if (str_eqz(head, "linux_"))
		return PLATFORM_RANKS - 1;
	for (size_t i = 0; i < ARRAY_LEN(old); i++)
		if (str_eqz(head, old[i].name))
			return (GLIBC_MINOR - old[i].minor) * 2 + 1;
	head = str_drop_suffix(str_drop_prefix(head, S("manylinux_2_")), S("_"));
	if (!str_starts(platform, S("manylinux_2_")) || !str_to_u64(head, &n) || n > GLIBC_MINOR)
		return WHEEL_NO_RANK;
	return (GLIBC_MINOR - (unsigned)n) * 2;
}

static unsigned tag_rank(struct str python, struct str abi, struct str platform, unsigned minor,
			 struct str machine)
{
	bool any = str_eqz(platform, "any");
	unsigned group = group_rank(python, abi, minor, any);
	unsigned of = any ? 0 : platform_rank(platform, machine);

	if (group == WHEEL_NO_RANK || of == WHEEL_NO_RANK)
		return WHEEL_NO_RANK;
	return group * PLATFORM_RANKS + of;
}

unsigned wheel_name_rank(const struct wheel_name *w, unsigned minor, struct str machine)
{
	struct str pythons = w->python, python, abis, abi, platforms, platform;
	unsigned best = WHEEL_NO_RANK;

	while (str_split(&pythons, '.', &python))
		for (abis = w->abi; str_split(&abis, '.', &abi);)
			for (platforms = w->platform; str_split(&platforms, '.', &platform);) {
				unsigned rank = tag_rank(python, abi, platform, minor, machine);

				best = MIN(best, rank);
			}
	return best;
}

errint wheel_name_fits(const struct wheel_name *w, unsigned minor, struct str machine,
		       struct err *err)
{
	struct str pythons = w->python, python, abis, abi, platforms = w->platform, platform;
	bool interpreter = false, system = false;

	while (str_split(&pythons, '.', &python))
		for (abis = w->abi; str_split(&abis, '.', &abi);)
			interpreter |= group_rank(python, abi, minor, false) != WHEEL_NO_RANK ||
				       group_rank(python, abi, minor, true) != WHEEL_NO_RANK;
	while (str_split(&platforms, '.', &platform))
		system |= str_eqz(platform, "any") ||
			  platform_rank(platform, machine) != WHEEL_NO_RANK;
	if (!interpreter)
		return err_set(err, ERR_UNSUPPORTED,
			       "wheel '%.*s' is for '%.*s-%.*s', not for Python 3.%u",
			       STR_ARG(w->file), STR_ARG(w->python), STR_ARG(w->abi), minor);
	if (!system)
		return err_set(err, ERR_UNSUPPORTED, "wheel '%.*s' is for '%.*s', not for %.*s",
			       STR_ARG(w->file), STR_ARG(w->platform), STR_ARG(machine));
	return 0;
}
