/* SPDX-License-Identifier: MIT
 *
 * import and scopedImport. A .drv of the store is imported as the derivation that it describes. */
#include "eval/builtin_int.h"

#include "memo/inputs.h"
#include "store/derivation.h"
#include "store/store.h"

/* Makes of a .drv's { drvPath; name; outputs; <output> = path; } what `derivation` would have
 * returned: the first output, which knows all the others. */
static const char from_drv[] =
	"drv: let\n"
	"  outputs = map (o: { name = o; value = common // { outPath = drv.${o}; outputName = o; }; })\n"
	"    drv.outputs;\n"
	"  common = builtins.listToAttrs outputs // {\n"
	"    inherit (drv) drvPath name;\n"
	"    all = map (o: o.value) outputs;\n"
	"    type = \"derivation\";\n"
	"  };\n"
	"in (builtins.head outputs).value\n";

static struct attrs *drv_attrs(struct eval *E, struct str path, const struct drv *d)
{
	struct attrs *a = attrs_new(E, d->n_outputs + 3);
	struct value **names = list_alloc(E, d->n_outputs);
	const struct str *name = drv_env_find(d, S("name"));

	for (size_t i = 0; i < d->n_outputs; i++) {
		const struct drv_output *o = &d->outputs[i];
		sym_t sym = sym_intern(E, o->name);

		names[i] = sym_value(E, sym);
		attrs_push(a, sym,
			   value_box(E, string_copy(E, o->path,
						    context_of(E, CTX_OUTPUT, path, o->name))),
			   0);
	}
	attrs_push(a, SYM_outputs, value_box(E, v_list(names, d->n_outputs)), 0);
	attrs_push(a, SYM_name, value_box(E, string_copy(E, name ? *name : S(""), NULL)), 0);
	attrs_push(a, SYM_drvPath,
		   value_box(E, string_copy(E, path, context_of(E, CTX_DEEP, path, S("")))), 0);
	return attrs_done(a);
}

static errint import_drv(struct eval *E, pos_t pos, struct str path, struct value *out)
{
	struct value fn, *arg;
	ARENA(mem);
	ERR(err);
	struct drv d;

	if (store_read_drv(E->opt.store, &mem, path, &d, &err))
		return eval_fail_err(E, 0, &err);
	TRY(eval_text(E, S(from_drv), S("/"), "«derivation»", &fn));
	arg = value_box(E, v_attrs(drv_attrs(E, path, &d)));
	return call1(E, pos, &fn, arg, out);
}

/* Is it a valid .drv of the store? */
static errint is_valid_drv(struct eval *E, struct str path, bool *out)
{
	ERR(err);

	*out = false;
	if (!E->opt.store || !store_path_is_drv(path) || !store_path_is(eval_store_dir(E), path))
		return 0;
	input_object(E->opt.inputs, path);
	return store_is_valid(E->opt.store, path, out, &err) ? eval_fail_err(E, 0, &err) : 0;
}

BUILTIN(import)
{
	struct str path;
	bool drv;

	TRY(realise_path(E, pos, args[0], 0, &path));
	TRY(is_valid_drv(E, path, &drv));
	return drv ? import_drv(E, pos, path, out) : import_file(E, pos, path, out);
}

BUILTIN(scopedImport)
{
	struct str path;
	bool drv;

	TRY(realise_path(E, pos, args[1], 0, &path));
	TRY(is_valid_drv(E, path, &drv));
	if (drv)
		return import_drv(E, pos, path, out);
	TRY(want_attrs(E, args[0], 0,
		       "while evaluating the first argument passed to builtins.scopedImport"));
	return import_scoped(E, pos, path, args[0]->attrs, out);
}

const struct builtin_row builtins_import[] = {
	{"import", 1, BUILTIN_GLOBAL, builtin_import, "path",
	 "The value of a file, or of a folder's default.nix; each file is evaluated once."},
	{"scopedImport", 2, BUILTIN_GLOBAL, builtin_scopedImport, "scope path",
	 "As import, with the attributes of scope as further variables."},
	BUILTIN_END,
};
