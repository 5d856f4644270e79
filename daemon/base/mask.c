#include "mask.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

#include "banned.h"

static const char *const compound_surnames[] = { "欧阳", "司马", "上官", "诸葛", "夏侯", "东方",
	"皇甫", "尉迟", "公孙", "慕容", "长孙", "宇文", "司徒", "司空", "令狐", "端木", "轩辕",
	"南宫", "独孤", "澹台", "太史", "呼延", "钟离", "闾丘", "濮阳", "赫连", "申屠", "公冶",
	"淳于", "单于", "百里", "东郭", "南门" };

/* Most names differ from all of them in their first character. */
static bool has_compound_surname(const char *name)
{
	for (size_t i = 0; i < sizeof compound_surnames / sizeof *compound_surnames; i++)
		if (compound_surnames[i][2] == name[2] &&
			strncmp(name, compound_surnames[i], strlen(compound_surnames[i])) == 0)
			return true;
	return false;
}

/* A text that did not fit ends with a whole character all the same. */
static char *whole(char *out)
{
	size_t n = strlen(out);

	for (int i = 0; i < 3 && n > 0 && !text_valid(out, n); i++)
		out[--n] = '\0';
	return out;
}

char *mask_name(const char *name, char *out, size_t n)
{
	const char *s = name;
	size_t chars = text_count(name), keep = 1;
	uint32_t first = text_next(&s, name + strlen(name));

	if (text_is_han(first) && chars > 1 &&
		((chars > 2 && has_compound_surname(name)) ||
			(chars >= 4 && strstr(name, "·") != NULL) || chars > 4))
		keep = 2;
	snprintf(out, n, "%.*s*", (int)text_prefix(name, keep), name);
	return whole(out);
}

static bool all_digits(const char *s)
{
	return s[strspn(s, "0123456789")] == '\0';
}

char *mask_phone(const char *phone, char *out, size_t n)
{
	const char *hyphen = strchr(phone, '-');
	size_t len = strlen(phone);

	if (text_count(phone) != len) /* no number at all, or one with other characters in it */
		return mask_any(phone, out, n);
	if (all_digits(phone) && len == 11)
		snprintf(out, n, "%.3s****%s", phone, phone + 7);
	else if (hyphen != NULL && hyphen - phone <= 4 && len >= 10 && phone[0] == '0')
		snprintf(out, n, "%.*s-******%s", (int)(hyphen - phone), phone, phone + len - 2);
	else if (all_digits(phone) && len > 0 && len <= 6)
		snprintf(out, n, "%s", phone); /* service numbers are nobody's */
	else if (len > 7)
		snprintf(out, n, "%.3s****%s", phone, phone + len - 2);
	else
		snprintf(out, n, "****");
	return whole(out);
}

char *mask_id(const char *id_no, char *out, size_t n)
{
	size_t len = strlen(id_no);

	/* Eighteen bytes may be six Chinese characters: those are not cut in the middle. */
	if (len == 18 && text_count(id_no) == len)
		snprintf(out, n, "%.3s***********%s", id_no, id_no + 14);
	else
		snprintf(out, n, "%.*s***********", (int)text_prefix(id_no, 2), id_no);
	return whole(out);
}

char *mask_account(const char *account, char *out, size_t n)
{
	size_t len = strlen(account);

	if (len > 8 && all_digits(account))
		snprintf(out, n, "****%s", account + len - 4);
	else
		snprintf(out, n, "****");
	return whole(out);
}

char *mask_address(const char *address, char *out, size_t n)
{
	static const char *const stops[] = { "组", "队", "村", "居委会", "社区", "路", "街", "镇",
		"乡" };
	const char *cut = NULL;
	bool known;

	for (size_t i = 0; i < sizeof stops / sizeof *stops && cut == NULL; i++) {
		cut = strstr(address, stops[i]);
		if (cut != NULL)
			cut += strlen(stops[i]);
	}
	known = cut != NULL;
	if (!known)
		cut = address + text_prefix(address, 2);
	snprintf(
		out, n, "%.*s%s", (int)(cut - address), address, known && *cut == '\0' ? "" : "**");
	return whole(out);
}

char *mask_any(const char *value, char *out, size_t n)
{
	size_t chars = text_count(value), keep;
	bool figures = chars >= 11 && chars == strlen(value); /* three letters of ours are a name */
	const char *tail;

	if (chars <= 1) {
		snprintf(out, n, chars == 0 ? "" : "*");
		return out;
	}
	keep = figures ? 3 : 1;
	tail = value + text_prefix(value, chars - (figures ? 2 : 0));
	snprintf(out, n, "%.*s***%s", (int)text_prefix(value, keep), value, tail);
	return whole(out);
}
