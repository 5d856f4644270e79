#include <ctype.h>
#include <string.h>

#include "cell.h"
#include "place.h"
#include "text.h"

#include "banned.h"

enum { LINE = 512 };

enum part { REGION, TOWN, VILLAGE, GROUP, ROAD, HOUSE, REST };

/* clang-format off */

/* Ends of the parts, longest first. `not_before`: then it is inside a longer word. */
static const struct mark { const char *word; enum part part; } marks[] = {
	{ "特别行政区", REGION }, { "自治区", REGION }, { "自治州", REGION }, { "自治县", REGION }, { "开发区", REGION },
	{ "街道办事处", TOWN }, { "村民委员会", VILLAGE }, { "居民委员会", VILLAGE }, { "村委会", VILLAGE },
	{ "居委会", VILLAGE }, { "街道", TOWN }, { "社区", VILLAGE }, { "小区", HOUSE }, { "园区", HOUSE },
	{ "校区", HOUSE }, { "厂区", HOUSE }, { "景区", HOUSE }, { "片区", HOUSE }, { "公寓", HOUSE }, { "花园", HOUSE },
	{ "家园", HOUSE }, { "大道", ROAD }, { "公路", ROAD }, { "胡同", ROAD }, { "村民小组", GROUP }, { "小组", GROUP },
	{ "省", REGION }, { "市", REGION }, { "县", REGION }, { "区", REGION }, { "旗", REGION },
	{ "镇", TOWN }, { "乡", TOWN }, { "村", VILLAGE }, { "组", GROUP }, { "队", GROUP }, { "路", ROAD },
	{ "街", ROAD }, { "巷", ROAD }, { "弄", ROAD },
};

/* A mark that one of these follows is part of a name: 新乡市, 新村路, 镇江市. */
static const char *const joins[] = { "市", "县", "区", "路", "街", "巷", "大道", "公路", "江" };

static const char *const numerals[] = { "〇", "零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "百", "第" };
static const char *const group_words[] = { "村民小组", "生产队", "小组", "大队", "组", "队", "社" };
static const char *const house_words[] = { "号楼", "单元", "支弄", "号", "幢", "栋", "座", "室", "层", "楼", "户", "弄" };
static const char *const doors[] = { "号", "室", "幢", "栋", "单元", "弄", "路", "街", "楼" };
/* clang-format on */

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* The bytes of the word when the text begins with it, or 0. */
static size_t begins(const char *s, const char *word)
{
	size_t n = 0;

	while (word[n] != '\0' && s[n] == word[n])
		n++;
	return word[n] == '\0' ? n : 0;
}

/* Does it begin with a character of three bytes, as all our words do? */
static bool is_wide(const char *s)
{
	return (unsigned char)s[0] >= 0xE0 && s[1] != '\0';
}

/* Most words differ in the last byte of their first character already. */
static size_t starts(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; is_wide(s) && i < n; i++) {
		size_t bytes = words[i][2] == s[2] ? begins(s, words[i]) : 0;

		if (bytes > 0)
			return bytes;
	}
	return 0;
}

/* Bytes of a number: 12, A3, 12-1, 十二, 第六. */
static size_t number(const char *s)
{
	size_t n = 0, step;

	do {
		if ((unsigned char)s[n] >= 0x80)
			step = starts(s + n, numerals, COUNT(numerals));
		else
			step = isalnum((unsigned char)s[n]) || s[n] == '-' || s[n] == '#';
		n += step;
	} while (step > 0);
	return n;
}

/* 6组, 第三村民小组: bytes taken, or 0. */
static size_t group_at(const char *s)
{
	size_t n = number(s), word = n > 0 ? starts(s + n, group_words, COUNT(group_words)) : 0;

	/* 6社区 is a village that has a number, and no production team */
	if (word == 0 || strncmp(s + n, "社区", strlen("社区")) == 0)
		return 0;
	return n + word;
}

/* 12号, 3幢2单元201室, 201: bytes taken, or 0. */
static size_t house_at(const char *s)
{
	size_t all = 0;

	for (;;) {
		size_t n = number(s + all), word;

		if (n == 0)
			return all;
		word = starts(s + all + n, house_words, COUNT(house_words));
		if (word == 0)
			return s[all + n] == '\0' || s[all + n] == '(' || s[all + n] == ','
				       ? all + n
				       : all;
		all += n + word;
	}
}

static char *part_text(struct place_parts *p, enum part part)
{
	char *const texts[] = { p->region, p->town, p->village, p->group, p->road, p->house,
		p->rest };

	return texts[part];
}

static void add(struct place_parts *p, enum part part, const char *s, size_t len)
{
	char *text = part_text(p, part);
	size_t n = strlen(text);

	if (len > PLACE_PART - 1 - n)
		len = PLACE_PART - 1 - n;
	while (len > 0 && ((unsigned char)s[len] & 0xC0) == 0x80)
		len--;
	memcpy(text + n, s, len);
	text[n + len] = '\0';
}

/* Later parts may not come before earlier ones: a 市 behind a road is a market. */
static bool in_order(const struct place_parts *p, enum part part)
{
	switch (part) {
	case REGION:
	case TOWN:
		return p->town[0] == '\0' && p->village[0] == '\0' && p->road[0] == '\0';
	case VILLAGE:
		return p->village[0] == '\0' && p->house[0] == '\0';
	case GROUP:
		return p->group[0] == '\0' && p->village[0] != '\0' && p->house[0] == '\0';
	default:
		return true;
	}
}

/* Village names have a digit or two at most (8村); more than that is a door. */
static bool has_digits(const char *s, size_t len)
{
	for (size_t i = 0; i + 2 < len; i++)
		if (isdigit((unsigned char)s[i]) && isdigit((unsigned char)s[i + 1]) &&
			isdigit((unsigned char)s[i + 2]))
			return true;
	return false;
}

/* The first mark behind at least one character: bytes up to its end, or 0. */
static size_t next_mark(const char *s, const struct place_parts *p, enum part *part)
{
	for (size_t at = text_prefix(s, 1); s[at] != '\0'; at += text_prefix(s + at, 1)) {
		for (size_t i = 0; is_wide(s + at) && i < COUNT(marks); i++) {
			const char *word = marks[i].word;
			size_t n = word[2] == s[at + 2] ? begins(s + at, word) : 0;

			if (n == 0)
				continue;
			if (!in_order(p, marks[i].part) || text_count(s) < 2 ||
				starts(s + at + n, joins, COUNT(joins)) > 0)
				break;
			if (marks[i].part == VILLAGE && has_digits(s, at))
				break;
			*part = marks[i].part;
			return at + n;
		}
	}
	return 0;
}

/* 示例路100弄5号: the numbers behind a road are part of it. */
static size_t road_number(const char *s)
{
	static const char *const words[] = { "支弄", "号", "弄", "巷" };
	size_t all = 0;

	for (;;) {
		size_t n = number(s + all),
		       word = n > 0 ? starts(s + all + n, words, COUNT(words)) : 0;

		if (word == 0 || strncmp(s + all + n, "号楼", strlen("号楼")) == 0)
			return all;
		all += n + word;
	}
}

static size_t step(const char *s, struct place_parts *p)
{
	enum part part = REST;
	size_t n = p->group[0] == '\0' ? group_at(s) : 0;

	if (n > 0) {
		add(p, GROUP, s, n);
		return n;
	}
	n = house_at(s);
	if (n > 0) {
		add(p, HOUSE, s, n);
		return n;
	}
	n = next_mark(s, p, &part);
	if (n == 0) {
		n = text_prefix(s, 1);
		while (s[n] != '\0' && number(s + n) == 0)
			n += text_prefix(s + n, 1);
		add(p, REST, s, n);
		return n;
	}
	if (part == ROAD)
		n += road_number(s + n);
	add(p, part, s, n);
	return n;
}

void place_split(const char *address, struct place_parts *out)
{
	char text[LINE], *to = text;

	*out = (struct place_parts){ 0 };
	if (cell_clean(address, CELL_NFKC, text, sizeof text) != CELL_TEXT)
		return;
	for (const char *p = text; *p != '\0'; p++)
		if (*p != ' ' && *p != '\n' && *p != '\t' && *p != ',')
			*to++ = *p;
	*to = '\0';
	for (const char *s = text; *s != '\0';)
		s += step(s, out);
}

static char *join(const char *const *parts, size_t count, char *out, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		size_t more = strlen(parts[i]);

		if (more > n - 1 - len)
			more = n - 1 - len;
		while (more > 0 && ((unsigned char)parts[i][more] & 0xC0) == 0x80)
			more--;
		memcpy(out + len, parts[i], more);
		len += more;
		if (parts[i][more] != '\0')
			break;
	}
	out[len] = '\0';
	return out;
}

char *place_brief(const struct place_parts *p, char *out, size_t n)
{
	join((const char *const[]){ p->village, p->group }, 2, out, n);
	for (size_t i = 0; i < COUNT(doors); i++)
		if (strstr(out, doors[i]) != NULL)
			*out = '\0';
	return out;
}

char *place_door(const struct place_parts *p, char *out, size_t n)
{
	return join((const char *const[]){ p->group, p->road, p->house }, 3, out, n);
}
