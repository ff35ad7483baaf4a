/* SPDX-License-Identifier: MIT
 *
 * Constants, and the questions what kind of value something is. */
#include "eval/builtin_int.h"

#include <sys/utsname.h>
#include "base/environ.h"
#include "memo/inputs.h"
#include "store/store.h"

struct str eval_store_dir(const struct eval *E)
{
	if (E->opt.store_dir)
		return str_c(E->opt.store_dir);
	return E->opt.store ? store_dir(E->opt.store) : S("/nix/store");
}

BUILTIN(true)
{
	*out = v_bool(true);
	return 0;
}

BUILTIN(false)
{
	*out = v_bool(false);
	return 0;
}

BUILTIN(null)
{
	*out = v_null();
	return 0;
}

BUILTIN(langVersion)
{
	*out = v_int(6);
	return 0;
}

/* Expressions compare this with the Nix whose language they need; kiln's own version is another. */
BUILTIN(nixVersion)
{
	*out = v_str(S("2.36.0"));
	return 0;
}

BUILTIN(storeDir)
{
	*out = string_copy(E, eval_store_dir(E), NULL);
	return 0;
}

BUILTIN(currentTime)
{
	input_unknowable(E->opt.inputs, "builtins.currentTime was asked for");
	*out = v_int(clock_unix());
	return 0;
}

errint eval_system(struct eval *E, struct str *out, struct err *err)
{
	struct utsname u;

	if (E->opt.system) {
		*out = str_c(E->opt.system);
		return 0;
	}
	if (uname(&u))
		return err_set(err, ERR_SYSTEM, "the kernel does not tell this machine's kind");
	*out = str_c(arena_printf(&E->perm, "%s-linux", u.machine));
	return 0;
}

BUILTIN(currentSystem)
{
	struct str system;
	ERR(err);

	if (eval_system(E, &system, &err) < 0)
		return eval_fail_err(E, 0, &err);
	*out = string_copy(E, system, NULL);
	return 0;
}

BUILTIN(nixPath)
{
	return search_path_value(E, out);
}

BUILTIN(typeOf)
{
	TRY(force(E, args[0], pos));
	*out = v_str(str_c(value_type_name(args[0])));
	return 0;
}

/* Forces the argument and compares its tag. */
static errint has_tag(struct eval *E, pos_t pos, struct value **args, enum value_tag tag,
		      struct value *out)
{
	TRY(force(E, args[0], pos));
	*out = v_bool(args[0]->tag == tag);
	return 0;
}

BUILTIN(isNull)
{
	return has_tag(E, pos, args, V_NULL, out);
}

BUILTIN(isInt)
{
	return has_tag(E, pos, args, V_INT, out);
}

BUILTIN(isFloat)
{
	return has_tag(E, pos, args, V_FLOAT, out);
}

BUILTIN(isBool)
{
	return has_tag(E, pos, args, V_BOOL, out);
}

BUILTIN(isPath)
{
	return has_tag(E, pos, args, V_PATH, out);
}

BUILTIN(isFunction)
{
	TRY(force(E, args[0], pos));
	*out = v_bool(value_is_function(args[0]));
	return 0;
}

const struct builtin_row builtins_basic[] = {
	{"true", 0, BUILTIN_GLOBAL, builtin_true, "", "The truth value."},
	{"false", 0, BUILTIN_GLOBAL, builtin_false, "", "The other truth value."},
	{"null", 0, BUILTIN_GLOBAL, builtin_null, "", "Nothing."},
	{"langVersion", 0, 0, builtin_langVersion, "", "The version of the language."},
	{"nixVersion", 0, 0, builtin_nixVersion, "", "The version of Nix whose language this is."},
	{"storeDir", 0, 0, builtin_storeDir, "", "The store's folder: usually /nix/store."},
	{"currentTime", 0, BUILTIN_IMPURE, builtin_currentTime, "",
	 "Seconds since 1970 when it was first asked for."},
	{"currentSystem", 0, BUILTIN_IMPURE, builtin_currentSystem, "",
	 "This machine's kind: \"x86_64-linux\"."},
	{"nixPath", 0, 0, builtin_nixPath, "",
	 "The search path for <…>: a list of { path; prefix; }."},
	{"typeOf", 1, 0, builtin_typeOf, "e",
	 "\"int\", \"bool\", \"string\", \"path\", \"null\", \"set\", \"list\", \"lambda\" or \"float\"."},
	{"isNull", 1, BUILTIN_GLOBAL, builtin_isNull, "e", "Is e null?"},
	{"isInt", 1, 0, builtin_isInt, "e", "Is e an integer?"},
	{"isFloat", 1, 0, builtin_isFloat, "e", "Is e a floating point number?"},
	{"isBool", 1, 0, builtin_isBool, "e", "Is e true or false?"},
	{"isPath", 1, 0, builtin_isPath, "e", "Is e a path?"},
	{"isFunction", 1, 0, builtin_isFunction, "e",
	 "Is e a function? Sets with __functor are not."},
	BUILTIN_END,
};
