/* SPDX-License-Identifier: MIT
 *
 * From a derivation to its output paths. The hash "modulo" fixed outputs replaces each input
 * derivation by the hash of what it yields, so that how a fixed output is fetched does not
 * change what depends on it. Every hash of a .drv is computed once per store handle. */
#include "store/derivation.h"

#include <stdlib.h>
#include "store/store_int.h"

/* Deeper chains of .drv files are refused: the hash recurses along them. */
enum { DRV_DEPTH_MAX = 4096 };

errint drv_output_hash(const struct drv_output *o, bool *recursive, struct hash *out,
		       struct err *err)
{
	struct str algo_name = str_drop_prefix(o->hash_algo, S("r:"));
	enum hash_algo algo;
	uint8_t bytes[HASH_MAX] = {0};

	if (!hash_algo_parse(algo_name, &algo))
		return err_set(err, ERR_UNSUPPORTED, "unknown hash algorithm '%.*s'",
			       STR_ARG(o->hash_algo));
	if (!base16_decode(o->hash, bytes, hash_size(algo)))
		return err_set(err, ERR_CORRUPT, "'%.*s' is not a %.*s hash in base 16",
			       (int)MIN(o->hash.n, (size_t)300), o->hash.p, STR_ARG(algo_name));
	*recursive = algo_name.n != o->hash_algo.n;
	out->algo = algo;
	memcpy(out->b, bytes, sizeof(bytes));
	return 0;
}

/* Outputs are all input-addressed, or there is one, "out", with a hash. */
static errint check_kind(const struct drv *d, struct err *err)
{
	if (d->n_outputs == 0)
		return err_set(err, ERR_FAILED, "derivation '%.*s' has no outputs",
			       STR_ARG(d->name));
	for (size_t i = 0; i < d->n_outputs; i++) {
		const struct drv_output *o = &d->outputs[i];
		if (o->hash_algo.n == 0 && o->hash.n == 0)
			continue;
		if (o->hash.n == 0 || str_eq(o->hash, S("impure")))
			return err_set(err, ERR_UNSUPPORTED,
				       "derivation '%.*s' has a floating output '%.*s': "
				       "content-addressed and impure derivations are not supported",
				       STR_ARG(d->name), STR_ARG(o->name));
		if (d->n_outputs > 1)
			return err_set(err, ERR_FAILED,
				       "derivation '%.*s' has a fixed output beside others",
				       STR_ARG(d->name));
		if (!str_eq(o->name, S("out")))
			return err_set(
				err, ERR_FAILED,
				"the fixed output of derivation '%.*s' must be called 'out', "
				"not '%.*s'",
				STR_ARG(d->name), STR_ARG(o->name));
	}
	return 0;
}

static void fixed_modulo(const struct drv *d, struct hash *out)
{
	const struct drv_output *o = &d->outputs[0];
	BUF(b, LIMIT_NIX_STRING);

	buf_putz(&b, "fixed:out:");
	buf_puts(&b, o->hash_algo);
	buf_putc(&b, ':');
	buf_puts(&b, o->hash);
	buf_putc(&b, ':');
	buf_puts(&b, o->path);
	hash_bytes(HASH_SHA256, buf_str(&b), out);
}

/* The inputs with hashes in place of paths; equal hashes merge, as they do in Nix's map. */
static errint hashed_inputs(struct store *s, struct arena *a, struct drv *d, struct err *err)
{
	struct drv_input *v = ARENA_ARRAY(a, struct drv_input, d->n_inputs);

	for (size_t i = 0; i < d->n_inputs; i++) {
		struct hash h;
		errint rc = drv_modulo(s, d->inputs[i].path, &h, err);
		if (rc)
			return rc;
		char *hex = arena_alloc(a, BASE16_LEN(32) + 1);
		base16_encode(h.b, 32, hex);
		v[i] = d->inputs[i];
		v[i].path = str_n(hex, BASE16_LEN(32));
	}
	d->inputs = v;
	return 0;
}

errint drv_modulo_of(struct store *s, const struct drv *d, bool mask_outputs, struct hash *out,
		     struct err *err)
{
	errint rc = check_kind(d, err);
	if (rc)
		return rc;
	if (drv_is_fixed(d)) {
		fixed_modulo(d, out);
		return 0;
	}

	ARENA(a);
	struct drv hashed = *d;
	rc = hashed_inputs(s, &a, &hashed, err);
	if (rc)
		return rc;
	drv_sort_inputs(&a, &hashed);
	BUF(text, LIMIT_DRV_FILE);
	drv_print(&hashed, mask_outputs, &text);
	rc = buf_check(&text, "derivation", err);
	if (rc)
		return rc;
	hash_bytes(HASH_SHA256, buf_str(&text), out);
	return 0;
}

void drv_modulo_remember(struct store *s, struct str drv_path, const struct hash *h)
{
	struct hash *kept = ARENA_NEW(&s->memo, struct hash);

	*kept = *h;
	path_map_put(&s->modulo, arena_str(&s->memo, drv_path), kept);
}

errint drv_modulo(struct store *s, struct str drv_path, struct hash *out, struct err *err)
{
	const struct hash *known = path_map_get(&s->modulo, drv_path);
	if (known) {
		*out = *known;
		return 0;
	}
	if (s->modulo_depth >= DRV_DEPTH_MAX)
		return err_set(err, ERR_TOO_BIG, "derivations are nested deeper than %d",
			       DRV_DEPTH_MAX);

	ARENA(a);
	struct drv d;
	struct hash h;
	errint rc = store_read_drv(s, &a, drv_path, &d, err);
	if (rc)
		return rc;
	s->modulo_depth++;
	rc = drv_modulo_of(s, &d, false, &h, err);
	s->modulo_depth--;
	if (rc)
		return err_wrap(err, "hashing '%.*s'", STR_ARG(drv_path));
	drv_modulo_remember(s, drv_path, &h);
	*out = h;
	return 0;
}

/* What the path of output i must be. modulo is the masked hash of an input-addressed drv. */
static errint output_path(struct store *s, struct arena *a, const struct drv *d, size_t i,
			  const struct hash *modulo, struct str *out, struct err *err)
{
	if (!drv_is_fixed(d))
		return store_path_make_output(a, store_dir(s), d->name, d->outputs[i].name, modulo,
					      out, err);
	bool recursive;
	struct hash h;
	errint rc = drv_output_hash(&d->outputs[i], &recursive, &h, err);
	if (rc)
		return err_wrap(err, "derivation '%.*s'", STR_ARG(d->name));
	return store_path_make_fixed(a, store_dir(s), d->name, recursive, &h, NULL, 0, false, out,
				     err);
}

static errint masked_modulo(struct store *s, const struct drv *d, struct hash *out, struct err *err)
{
	errint rc = check_kind(d, err);

	if (rc || drv_is_fixed(d))
		return rc;
	return drv_modulo_of(s, d, true, out, err);
}

static void set_env(struct arena *a, struct drv *d, struct str key, struct str value)
{
	for (size_t i = 0; i < d->n_env; i++) {
		if (str_eq(d->env[i].key, key)) {
			d->env[i].value = value;
			return;
		}
	}
	struct drv_env *v = ARENA_ARRAY(a, struct drv_env, d->n_env + 1);
	if (d->n_env)
		memcpy(v, d->env, d->n_env * sizeof(*v));
	v[d->n_env++] = (struct drv_env){key, value};
	d->env = v;
}

errint drv_fill_outputs(struct store *s, struct arena *a, struct drv *d, struct err *err)
{
	struct hash modulo;

	/* The names of the outputs are keys of the hashed environment, with empty values. */
	for (size_t i = 0; i < d->n_outputs; i++)
		set_env(a, d, d->outputs[i].name, S(""));
	drv_sort(a, d);
	errint rc = masked_modulo(s, d, &modulo, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < d->n_outputs; i++) {
		rc = output_path(s, a, d, i, &modulo, &d->outputs[i].path, err);
		if (rc)
			return rc;
		set_env(a, d, d->outputs[i].name, d->outputs[i].path);
	}
	return 0;
}

errint drv_check(struct store *s, const struct drv *d, struct err *err)
{
	ARENA(a);
	struct hash modulo;
	errint rc = masked_modulo(s, d, &modulo, err);

	for (size_t i = 0; !rc && i < d->n_outputs; i++) {
		const struct drv_output *o = &d->outputs[i];
		struct str right;
		rc = output_path(s, &a, d, i, &modulo, &right, err);
		if (rc)
			return rc;
		const struct str *env = drv_env_find(d, o->name);
		if (!str_eq(o->path, right))
			return err_set(err, ERR_CORRUPT,
				       "derivation '%.*s' has incorrect output '%.*s', should be "
				       "'%.*s'",
				       STR_ARG(d->name), STR_ARG(o->path), STR_ARG(right));
		if (!env || !str_eq(*env, right))
			return err_set(err, ERR_CORRUPT,
				       "derivation '%.*s' has incorrect environment variable "
				       "'%.*s', should be '%.*s'",
				       STR_ARG(d->name), STR_ARG(o->name), STR_ARG(right));
	}
	return rc;
}
