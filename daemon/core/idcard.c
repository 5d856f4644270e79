#include "idcard.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "text.h"

#include "banned.h"

enum { ID_LENGTH = 18 };

/* Documents without a check digit: letters, then digits. In a form, A is a letter, 9 a digit. */
/* clang-format off */
static const struct { const char *form; enum idcard_type type; } papers[] = {
	{ "H99999999",       IDCARD_HM_PERMIT },   { "M99999999",   IDCARD_HM_PERMIT },
	{ "H9999999999",     IDCARD_HM_PERMIT },   { "M9999999999", IDCARD_HM_PERMIT },
	{ "99999999",        IDCARD_TW_PERMIT },
	{ "E99999999",       IDCARD_PASSPORT_CN }, { "EA9999999",   IDCARD_PASSPORT_CN },
	{ "G99999999",       IDCARD_PASSPORT_CN },
	{ "AAA999999999999", IDCARD_FOREIGN_PR_OLD },
};

static const unsigned char regions[] = { 11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37,
	41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83 };
/* clang-format on */

static bool digits_only(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)s[i]))
			return false;
	return true;
}

static int number(const char *s, size_t n)
{
	int value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * 10 + (s[i] - '0');
	return value;
}

char idcard_check(const char *digits)
{
	static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	int sum = 0;

	for (size_t i = 0; i < 17; i++) {
		if (!isdigit((unsigned char)digits[i]))
			return 0;
		sum += (digits[i] - '0') * weights[i];
	}
	return digits[17] == '\0' || digits[18] == '\0' ? "10X98765432"[sum % 11] : 0;
}

static bool is_mask(uint32_t c)
{
	return c == '*' || c == 0x25CF || c == 0x2022 || c == 0x25CB;
}

/* What stands for X: letters of other alphabets, the sign of multiplication. */
static bool is_x(uint32_t c)
{
	return c == 'x' || c == 'X' || c == 0xD7 || c == 0x445 || c == 0x425 || c == 0x3C7 ||
	       c == 0x3A7 || c == 0x2715 || c == 0x2716;
}

/*
 * Drops blanks and hyphens, makes letters big. Characters that no document has become '?'.
 * False when it is longer than any document.
 */
static bool squeeze(const char *s, char out[IDCARD_MAX])
{
	const char *end = s + strlen(s);
	size_t n = 0;

	while (s < end) {
		uint32_t c = text_next(&s, end);

		if (text_is_blank(c) || c == '-' || c == 0x2013 || c == 0x2014 || c == 0x2010)
			continue;
		if (n + 1 == IDCARD_MAX)
			return false;
		if (is_x(c))
			out[n++] = 'X';
		else if (is_mask(c))
			out[n++] = '*';
		else
			out[n++] = c < 0x80 && isalnum((int)c) ? (char)toupper((int)c) : '?';
	}
	out[n] = '\0';
	return true;
}

/* 3.10118E+17: the digits behind the sixth are gone. */
static bool is_scientific(const char *s)
{
	const char *e = strpbrk(s, "eE");

	return e != NULL && isdigit((unsigned char)*s) &&
	       (e[1] == '+' || isdigit((unsigned char)e[1])) &&
	       strspn(s, "0123456789.") == (size_t)(e - s) && strchr(s, '.') != NULL;
}

static bool fits_form(const char *s, const char *form)
{
	if (strlen(s) != strlen(form))
		return false;
	for (; *s != '\0'; s++, form++) {
		bool ok = *form == '9'   ? isdigit((unsigned char)*s) != 0
			  : *form == 'A' ? isupper((unsigned char)*s) != 0
					 : *s == *form;

		/* E, G, H and M of a form stand for themselves; A only where it says any letter. */
		if (!ok)
			return false;
	}
	return true;
}

static enum idcard_rc paper(const char *s, struct idcard *out)
{
	size_t len = strlen(s);
	bool odd = false;

	for (size_t i = 0; i < sizeof papers / sizeof *papers; i++) {
		if (!fits_form(s, papers[i].form))
			continue;
		out->type = papers[i].type;
		memcpy(out->text, s, len + 1);
		return IDCARD_OK;
	}
	for (size_t i = 0; i < len; i++)
		odd = odd || !(isdigit((unsigned char)s[i]) || (s[i] == 'X' && i + 1 == len));
	return odd ? IDCARD_BAD_CHARS : IDCARD_BAD_LENGTH;
}

static bool region_known(const char *s)
{
	if (s[0] == '9')
		return s[1] >= '1' && s[1] <= '6';
	return memchr(regions, number(s, 2), sizeof regions) != NULL;
}

static enum idcard_type type_of(const char *s)
{
	if (s[0] == '9')
		return IDCARD_FOREIGN_PR;
	if (s[0] == '8' && s[1] <= '3' && strncmp(s + 2, "0000", 4) == 0)
		return IDCARD_HMT_RESIDENCE;
	return IDCARD_RESIDENT;
}

/* 18 characters: 17 digits and a digit or X. The errors come in the order of the contract. */
static enum idcard_rc check18(const char *s, struct date_day ref, struct idcard *out)
{
	struct date_day birth = { number(s + 6, 4), number(s + 10, 2), number(s + 12, 2) };
	char check = idcard_check(s);
	enum idcard_rc rc = IDCARD_OK;

	if (check != s[17] && strcmp(s + 15, "000") == 0)
		rc = IDCARD_EXCEL_DAMAGED;
	else if (!region_known(s))
		rc = IDCARD_BAD_REGION;
	else if (!date_exists(birth.year, birth.month, birth.day))
		rc = IDCARD_BAD_DATE;
	else if (date_compare(birth, ref) > 0)
		rc = IDCARD_FUTURE_DATE;
	else if (date_age(birth, ref) > IDCARD_OLDEST)
		rc = IDCARD_TOO_OLD;
	else if (check != s[17])
		rc = IDCARD_BAD_CHECKSUM;
	if (rc != IDCARD_OK)
		return rc;
	memcpy(out->text, s, ID_LENGTH + 1);
	out->type = type_of(s);
	out->birth = birth;
	out->sex = (s[16] - '0') % 2 == 1 ? 'M' : 'F';
	return IDCARD_OK;
}

/* The old number has no century and no check digit; all of them were given out in 19xx. */
static enum idcard_rc check15(const char *s, struct date_day ref, struct idcard *out)
{
	char longer[ID_LENGTH + 1];
	enum idcard_rc rc;

	memcpy(longer, s, 6);
	memcpy(longer + 6, "19", 2);
	memcpy(longer + 8, s + 6, 9);
	longer[17] = '\0';
	longer[17] = idcard_check(longer);
	longer[18] = '\0';
	rc = check18(longer, ref, out);
	if (rc == IDCARD_OK)
		out->flags |= IDCARD_FROM15;
	return rc;
}

/* 310118XXXXXXXX0018: more than one X in a row is a mask. */
static void x_to_mask(char *s)
{
	size_t len = strlen(s);

	if (strstr(s, "XX") == NULL)
		return;
	for (size_t i = 0; i + 1 < len; i++)
		if (s[i] == 'X')
			s[i] = '*';
}

static enum idcard_rc take_mask(const char *s, struct idcard *out)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i++)
		if (!isdigit((unsigned char)s[i]) && s[i] != '*' && !(s[i] == 'X' && i + 1 == len))
			return IDCARD_BAD_CHARS;
	memcpy(out->text, s, len + 1);
	return IDCARD_MASKED;
}

static_assert((int)IDCARD_CELL_ERROR == (int)CELL_ERROR, "the verdicts of a cell come first");

static enum idcard_rc read_clean(char *text, struct date_day ref, struct idcard *out)
{
	char s[IDCARD_MAX] = "";
	size_t len = strlen(text);

	if (is_scientific(text))
		return IDCARD_EXCEL_DAMAGED;
	if (len > 2 && strcmp(text + len - 2, ".0") == 0 && digits_only(text, len - 2))
		text[len - 2] = '\0';
	if (!squeeze(text, s))
		return digits_only(text, len) ? IDCARD_BAD_LENGTH : IDCARD_BAD_CHARS;
	x_to_mask(s);
	len = strlen(s);
	if (strchr(s, '*') != NULL)
		return take_mask(s, out);
	if (len == ID_LENGTH && digits_only(s, 17) &&
		(isdigit((unsigned char)s[17]) || s[17] == 'X'))
		return check18(s, ref, out);
	if (len == 15 && digits_only(s, 15))
		return check15(s, ref, out);
	return paper(s, out);
}

enum idcard_rc idcard_parse(const char *cell, struct date_day ref, struct idcard *out)
{
	char text[CELL_MAX];
	enum cell_verdict v = cell_clean(cell, CELL_NFKC, text, sizeof text);

	*out = (struct idcard){ 0 };
	if (v == CELL_LONG)
		return IDCARD_BAD_LENGTH;
	return v == CELL_TEXT ? read_clean(text, ref, out) : (enum idcard_rc)v;
}

bool idcard_fits(const char *pattern, const char *id_no)
{
	size_t known = strlen(pattern), len = strlen(id_no), stars = 0;

	if (known > len)
		return false;
	if (strchr(pattern, '*') != NULL && known != len)
		return false;
	id_no += len - known;
	for (size_t i = 0; i < known; i++) {
		if (pattern[i] == '*')
			stars++;
		else if (toupper((unsigned char)pattern[i]) != toupper((unsigned char)id_no[i]))
			return false;
	}
	return known - stars >= 4;
}

const char *idcard_type_code(enum idcard_type t)
{
	static const char *const codes[IDCARD_TYPES] = { "none", "resident", "hmt_residence",
		"foreign_pr", "foreign_pr_old", "hm_permit", "tw_permit", "passport_cn" };

	return codes[t];
}

const char *idcard_flag_code(enum idcard_flag f)
{
	assert(f == IDCARD_FROM15);
	return "from15";
}

static const struct cell_fault faults[IDCARD_RCS] = {
	[IDCARD_OK] = { "", "", "" },
	[IDCARD_EMPTY] = { "empty", "没有填写证件号码", "请补填证件号码。" },
	[IDCARD_DITTO] = { "ditto", "写的是“同上”，但上面没有可用的号码", "请直接填写证件号码。" },
	[IDCARD_CELL_ERROR] = { "cell_error", "这一格是表格公式的出错结果",
		"请改正公式，或者直接填写证件号码。" },
	[IDCARD_MASKED] = { "masked", "证件号码打了星号", "请向来源单位要完整的号码。" },
	[IDCARD_EXCEL_DAMAGED] = { "excel_damaged", "证件号码被表格改成了数字，后三位已经丢失",
		"请把这一列设为“文本”格式后重新填写号码。" },
	[IDCARD_BAD_CHARS] = { "bad_chars", "证件号码里有不该有的字",
		"请核对：身份证号是17位数字加一位数字或X。" },
	[IDCARD_BAD_LENGTH] = { "bad_length", "证件号码位数不对",
		"身份证号是18位（旧号15位），请核对。" },
	[IDCARD_BAD_REGION] = { "bad_region", "身份证号开头两位不是任何地区",
		"请核对号码的前两位。" },
	[IDCARD_BAD_DATE] = { "bad_date", "身份证号里的出生日期不存在", "请核对号码的第7到14位。" },
	[IDCARD_FUTURE_DATE] = { "future_date", "身份证号里的出生日期还没有到",
		"请核对号码的第7到14位。" },
	[IDCARD_TOO_OLD] = { "too_old", "按身份证号计算，年龄超过120岁",
		"请核对号码的第7到14位。" },
	[IDCARD_BAD_CHECKSUM] = { "bad_checksum", "身份证号的校验位不对",
		"号码里有数字填错了，请逐位核对；如果来自数字格式的列，请改为“文本”格式重填。" },
};

const struct cell_fault *idcard_fault(enum idcard_rc rc)
{
	return &faults[rc];
}
