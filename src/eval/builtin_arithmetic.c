/* SPDX-License-Identifier: MIT
 *
 * Builtins on numbers. Arithmetic is that of the operators. */
#include "eval/builtin_int.h"

#include <math.h>

BUILTIN(add)
{
	return values_arith(E, pos, '+', args[0], args[1], out);
}

BUILTIN(sub)
{
	return values_arith(E, pos, '-', args[0], args[1], out);
}

BUILTIN(mul)
{
	return values_arith(E, pos, '*', args[0], args[1], out);
}

BUILTIN(div)
{
	return values_arith(E, pos, '/', args[0], args[1], out);
}

BUILTIN(lessThan)
{
	bool less;

	TRY(values_less(E, args[0], args[1], pos, NULL, &less));
	*out = v_bool(less);
	return 0;
}

bool is_builtin_less_than(const struct value *fn)
{
	return fn->tag == V_PRIMOP && fn->primop->fn == builtin_lessThan;
}

BUILTIN(bitAnd)
{
	int64_t a, b;

	TRY(want_int(E, args[0], 0, "while evaluating the first argument passed to builtins.bitAnd",
		     &a));
	TRY(want_int(E, args[1], 0,
		     "while evaluating the second argument passed to builtins.bitAnd", &b));
	*out = v_int(a & b);
	return 0;
}

BUILTIN(bitOr)
{
	int64_t a, b;

	TRY(want_int(E, args[0], 0, "while evaluating the first argument passed to builtins.bitOr",
		     &a));
	TRY(want_int(E, args[1], 0, "while evaluating the second argument passed to builtins.bitOr",
		     &b));
	*out = v_int(a | b);
	return 0;
}

BUILTIN(bitXor)
{
	int64_t a, b;

	TRY(want_int(E, args[0], 0, "while evaluating the first argument passed to builtins.bitXor",
		     &a));
	TRY(want_int(E, args[1], 0,
		     "while evaluating the second argument passed to builtins.bitXor", &b));
	*out = v_int(a ^ b);
	return 0;
}

/* ceil and floor pass integers through a double, and refuse those that do not survive it. */
static errint rounded(struct eval *E, const struct value *arg, double r, struct value *out)
{
	static const char bug[] = "Due to a bug (see https://github.com/NixOS/nix/issues/12899)";
	bool fits = r >= -0x1p63 && r < 0x1p63;

	if (arg->tag != V_INT) {
		if (!fits)
			return eval_fail(E, 0, "NixFloat argument %g is not in the range of NixInt",
					 arg->f);
		*out = v_int((int64_t)r);
		return 0;
	}
	if (!fits)
		return eval_fail(
			E, 0,
			"%s the NixInt argument %lld caused undefined behavior in previous "
			"Nix versions.\n\tFuture Nix versions might implement the correct "
			"behavior.",
			bug, (long long)arg->i);
	if ((int64_t)r != arg->i)
		return eval_fail(
			E, 0,
			"%s a loss of precision occurred in previous Nix versions because the "
			"NixInt argument %lld was rounded to %lld.\n\tFuture Nix versions might "
			"implement the correct behavior.",
			bug, (long long)arg->i, (long long)r);
	*out = v_int(arg->i);
	return 0;
}

BUILTIN(ceil)
{
	double f;

	TRY(want_float(E, args[0], 0, "while evaluating the first argument passed to builtins.ceil",
		       &f));
	return rounded(E, args[0], ceil(f), out);
}

BUILTIN(floor)
{
	double f;

	TRY(want_float(E, args[0], 0,
		       "while evaluating the first argument passed to builtins.floor", &f));
	return rounded(E, args[0], floor(f), out);
}

const struct builtin_row builtins_arithmetic[] = {
	{"add", 2, 0, builtin_add, "e1 e2", "e1 + e2, for numbers."},
	{"sub", 2, 0, builtin_sub, "e1 e2", "e1 - e2"},
	{"mul", 2, 0, builtin_mul, "e1 e2", "e1 * e2"},
	{"div", 2, 0, builtin_div, "e1 e2", "e1 / e2; of integers, without the rest."},
	{"lessThan", 2, 0, builtin_lessThan, "e1 e2", "e1 < e2"},
	{"bitAnd", 2, 0, builtin_bitAnd, "e1 e2", "The bits that both integers have."},
	{"bitOr", 2, 0, builtin_bitOr, "e1 e2", "The bits that either integer has."},
	{"bitXor", 2, 0, builtin_bitXor, "e1 e2", "The bits in which two integers differ."},
	{"ceil", 1, 0, builtin_ceil, "number", "The least integer that is not below a number."},
	{"floor", 1, 0, builtin_floor, "number",
	 "The greatest integer that is not above a number."},
	BUILTIN_END,
};
