/* SPDX-License-Identifier: MIT
 *
 * nix path-info: what the store knows of paths. */
#include "cli/nix_installables.h"
#include "cli/nix_verbs.h"
#include "store/store.h"

struct path_info_command {
	struct nix_operands operands;
	bool json, recursive, size, closure_size, human, sigs, all, derivation;
};

static const struct option rows[] = {
	OPT_FLAG(struct path_info_command, json, "--json", "print JSON"),
	OPT_FLAG(struct path_info_command, recursive, "-r --recursive", "the whole closure"),
	OPT_FLAG(struct path_info_command, size, "-s --size", "the size of the contents"),
	OPT_FLAG(struct path_info_command, closure_size, "-S --closure-size",
		 "the size of the closure"),
	OPT_FLAG(struct path_info_command, human, "-h --human-readable", "sizes with units"),
	OPT_FLAG(struct path_info_command, sigs, "--sigs", "signatures, and where it comes from"),
	OPT_FLAG(struct path_info_command, all, "--all", "every path of the store"),
	OPT_FLAG(struct path_info_command, derivation, "--derivation",
		 "the derivation that made a path"),
	NIX_OPERAND_ROWS(struct path_info_command, operands),
	OPT_END,
};

static errint closure_size(struct cli *cli, struct str path, uint64_t *out, struct err *err)
{
	ARENA(a);
	struct str_set closure;
	struct path_info info;
	errint rc = store_closure(cli->store, &a, &path, 1, 0, &closure, err);

	*out = 0;
	for (size_t i = 0; !rc && i < closure.n; i++) {
		rc = store_query(cli->store, &a, closure.v[i], &info, err);
		*out += rc ? 0 : info.nar_size;
	}
	return rc;
}

static void print_size(const struct path_info_command *c, uint64_t n)
{
	static const char units[] = " KMGTPEZY";
	double v = (double)n;
	size_t unit = 0;

	if (!c->human) {
		out_printf("\t%11llu", (unsigned long long)n);
		return;
	}
	for (; v >= 1024 && unit + 2 < sizeof(units); unit++)
		v /= 1024;
	out_printf("\t%6.1f%c", v, units[unit]);
}

static errint print_line(struct cli *cli, const struct path_info_command *c,
			 const struct path_info *info, size_t width, struct err *err)
{
	struct str sigs = info->sigs, one;
	bool more = c->size || c->closure_size || c->sigs;
	const char *between = "\t";
	uint64_t total;

	out_printf("%-*.*s", more ? (int)width : 0, STR_ARG(info->path));
	if (c->size)
		print_size(c, info->nar_size);
	if (c->closure_size) {
		errint rc = closure_size(cli, info->path, &total, err);
		if (rc)
			return rc;
		print_size(c, total);
	}
	if (c->sigs && info->ultimate) {
		out_printf("%sultimate", between);
		between = " ";
	}
	if (c->sigs && info->ca.n) {
		out_printf("%sca:%.*s", between, STR_ARG(info->ca));
		between = " ";
	}
	while (c->sigs && sigs.n && str_split(&sigs, ' ', &one)) {
		out_printf("%s%.*s", between, STR_ARG(one));
		between = " ";
	}
	out_str(S("\n"));
	return 0;
}

static void json_list(const char *name, const struct str *v, size_t n)
{
	out_printf(",\"%s\":[", name);
	for (size_t i = 0; i < n; i++) {
		out_str(i ? S(",") : S(""));
		out_json(v[i]);
	}
	out_str(S("]"));
}

static void json_sigs(struct cli *cli, struct str sigs)
{
	struct str *v = ARENA_ARRAY(&cli->a, struct str, sigs.n / 2 + 1), one;
	size_t n = 0;

	while (sigs.n && str_split(&sigs, ' ', &one))
		v[n++] = one;
	if (n)
		json_list("signatures", v, n);
}

static errint print_json(struct cli *cli, const struct path_info_command *c,
			 const struct path_info *info, struct err *err)
{
	char hash[HASH_TEXT_MAX];
	uint64_t total;

	out_str(S("{\"path\":"));
	out_json(info->path);
	out_printf(",\"narHash\":\"%s\",\"narSize\":%llu",
		   hash_format(&info->nar_hash, HASH_SRI, true, hash),
		   (unsigned long long)info->nar_size);
	json_list("references", info->refs, info->n_refs);
	if (info->ca.n) {
		out_str(S(",\"ca\":"));
		out_json(info->ca);
	}
	if (c->closure_size) {
		errint rc = closure_size(cli, info->path, &total, err);
		if (rc)
			return rc;
		out_printf(",\"closureSize\":%llu", (unsigned long long)total);
	}
	if (info->deriver.n) {
		out_str(S(",\"deriver\":"));
		out_json(info->deriver);
	}
	if (info->registered)
		out_printf(",\"registrationTime\":%lld", (long long)info->registered);
	if (info->ultimate)
		out_str(S(",\"ultimate\":true"));
	json_sigs(cli, info->sigs);
	out_str(S("}"));
	return 0;
}

static errint print_one(struct cli *cli, const struct path_info_command *c, struct str path,
			size_t width, bool first, struct err *err)
{
	struct path_info info;
	errint rc = store_query(cli->store, &cli->a, path, &info, err);

	if (c->json)
		out_str(first ? S("") : S(","));
	if (rc == ERR_NOT_FOUND && c->json) {
		err_clear(err);
		out_str(S("{\"path\":"));
		out_json(path);
		out_str(S(",\"valid\":false}"));
		return 0;
	}
	if (rc)
		return rc;
	return c->json ? print_json(cli, c, &info, err) : print_line(cli, c, &info, width, err);
}

/* Instead of outputs, what makes them. */
static errint derivers(struct cli *cli, struct nix_operands *o, struct str **out, size_t *n,
		       struct err *err)
{
	struct nix_found *found;
	struct path_info info;
	errint rc = nix_find(cli, o, &found, n, err);

	if (rc)
		return rc;
	*out = ARENA_ARRAY(&cli->a, struct str, *n);
	for (size_t i = 0; !rc && i < *n; i++) {
		(*out)[i] = found[i].drv;
		if (found[i].drv.n)
			continue;
		rc = store_query(cli->store, &cli->a, found[i].path, &info, err);
		if (!rc && !info.deriver.n)
			rc = err_set(err, ERR_NOT_FOUND, "'%.*s' does not have a known deriver",
				     STR_ARG(found[i].path));
		(*out)[i] = rc ? STR_NULL : info.deriver;
	}
	return rc;
}

/* JSON is by name, lines are by what they need. */
static errint subjects(struct cli *cli, struct path_info_command *c, struct str **out, size_t *n,
		       struct err *err)
{
	struct str_set set = {0};
	errint rc;

	if (c->all && c->operands.words.n)
		return err_set(err, ERR_USAGE, "'--all' does not expect arguments");
	if (c->all)
		rc = store_all_valid(cli->store, &cli->a, &set, err);
	else if (c->derivation)
		rc = derivers(cli, &c->operands, &set.v, &set.n, err);
	else
		rc = nix_find_paths(cli, &c->operands, &set.v, &set.n, err);
	if (!rc && c->recursive)
		rc = store_closure(cli->store, &cli->a, set.v, set.n, 0, &set, err);
	if (rc)
		return rc;
	str_set_sort(&set);
	*out = set.v;
	*n = set.n;
	return c->json ? 0 : store_topo_sort(cli->store, &cli->a, set, out, err);
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct path_info_command *c = ctx;
	struct str *paths;
	size_t n, width = 0;
	errint rc = subjects(cli, c, &paths, &n, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < n; i++)
		width = MAX(width, paths[i].n);
	if (c->json)
		out_str(S("["));
	for (size_t i = 0; !rc && i < n; i++)
		rc = print_one(cli, c, paths[i], width, i == 0, err);
	if (!rc && c->json)
		out_str(S("]"));
	return rc;
}

const struct command nix_verb_path_info = {
	.name = "path-info",
	.summary = "tell what the store knows of paths",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct path_info_command),
	.run = run,
	.release = nix_operands_release,
};
