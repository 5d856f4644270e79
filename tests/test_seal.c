/* Seals: what is sealed comes back only whole, at its place and by its key; the key file. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "seal.h"

#include "banned.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static char dir[64], path[96];

static const char *beside(const char *name)
{
	static char other[128];

	snprintf(other, sizeof other, "%s/%s", dir, name);
	return other;
}

static int make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "%s/seal.XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/key", dir);
	return 0;
}

static int drop_dir(void **state)
{
	static const char *const names[] = { "key", "key.new", "other", "link", "full" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		unlink(beside(names[i]));
	rmdir(beside("full"));
	return rmdir(dir);
}

static struct seal *opened(const char *file)
{
	struct seal *s = NULL;

	assert_int_equal(seal_open(&s, file, true), SEAL_OK);
	assert_non_null(s);
	return s;
}

/* -- hashes ------------------------------------------------------------------------------- */

/* RFC 4231, the cases with the whole output. Bytes given as hex. */
static const struct hmac_row {
	const char *name, *key, *data, *mac;
} hmac_rows[] = {
	{ "RFC 4231 case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "RFC 4231 case 2", "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ "RFC 4231 case 3", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"dddddddddddddddddddddddddddddddddddddddddddddddddddd"
		"dddddddddddddddddddddddddddddddddddddddddddddddd",
		"773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
	{ "RFC 4231 case 4", "0102030405060708090a0b0c0d0e0f10111213141516171819",
		"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
		"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
	{ "RFC 4231 case 6, key longer than a block",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
		"65204b6579202d2048617368204b6579204669727374",
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	{ "RFC 4231 case 7, key and data longer than a block",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"5468697320697320612074657374207573696e672061206c6172676572207468"
		"616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074"
		"68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565"
		"647320746f20626520686173686564206265666f7265206265696e6720757365"
		"642062792074686520484d414320616c676f726974686d2e",
		"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
};

static void hmac_is_that_of_the_rfc(void **state)
{
	const struct hmac_row *r = *state;
	uint8_t key[200], data[200], mac[SEAL_HASH];
	size_t key_len = strlen(r->key) / 2, data_len = strlen(r->data) / 2;
	char hex[2 * SEAL_HASH + 1];

	assert_true(seal_unhex(r->key, key, key_len));
	assert_true(seal_unhex(r->data, data, data_len));
	seal_hmac256(key, key_len, data, data_len, mac);
	assert_string_equal(seal_hex(mac, sizeof mac, hex), r->mac);
}

static void sha256_is_that_of_fips(void **state)
{
	static const char long_one[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	uint8_t hash[SEAL_HASH];
	char hex[2 * SEAL_HASH + 1];

	(void)state;
	seal_sha256("abc", 3, hash);
	assert_string_equal(seal_hex(hash, sizeof hash, hex),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	seal_sha256("", 0, hash);
	assert_string_equal(seal_hex(hash, sizeof hash, hex),
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	seal_sha256(long_one, sizeof long_one - 1, hash);
	assert_string_equal(seal_hex(hash, sizeof hash, hex),
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void hex_is_read_only_whole(void **state)
{
	static const char *const wrong[] = { "", "0", "00112", "001122 ", "0011zz", "0011223344",
		"0x0011", "00 112" };
	uint8_t bytes[3];
	char text[7];

	(void)state;
	assert_true(seal_unhex("00aBfF", bytes, sizeof bytes));
	assert_string_equal(seal_hex(bytes, sizeof bytes, text), "00abff");
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(seal_unhex(wrong[i], bytes, sizeof bytes));
	assert_true(seal_equal("abc", "abd", 2));
	assert_false(seal_equal("abc", "abd", 3));
}

static void random_is_not_twice_the_same(void **state)
{
	uint8_t a[300] = { 0 }, b[300] = { 0 }, none[300] = { 0 };

	(void)state;
	seal_random(a, sizeof a);
	seal_random(b, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
	assert_memory_not_equal(a + 284, none, 16); /* to the last byte */
}

/* -- sealed values ------------------------------------------------------------------------ */

static void put(struct seal *s, const char *plain, size_t n, struct buf *out)
{
	buf_init(out, SIZE_MAX);
	seal_put(s, "resident", "phone", 7, plain, n, out);
}

static void every_length_comes_back(void **state)
{
	static const size_t lengths[] = { 0, 1, 15, 16, 17, 511, 512, 513, 1024, 70000 };
	struct seal *s = opened(path), *copy = seal_copy(s);
	static char plain[70000];

	(void)state;
	for (size_t i = 0; i < sizeof plain; i++)
		plain[i] = (char)(i * 7);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct buf sealed, back;

		put(s, plain, lengths[i], &sealed);
		assert_int_equal(sealed.len, lengths[i] + SEAL_OVERHEAD);
		assert_int_equal(sealed.data[0], 1);
		buf_init(&back, SIZE_MAX);
		buf_adds(&back, "front"); /* both append */
		assert_true(seal_get(copy, "resident", "phone", 7, sealed.data, sealed.len, &back));
		assert_int_equal(back.len, 5 + lengths[i]);
		assert_memory_equal(back.data + 5, plain, lengths[i]);
		buf_free(&back);
		buf_free(&sealed);
	}
	seal_close(copy);
	seal_close(s);
}

static void the_same_text_is_sealed_differently_each_time(void **state)
{
	struct seal *s = opened(path);
	struct buf a, b;

	(void)state;
	put(s, "13800138000", 11, &a);
	put(s, "13800138000", 11, &b);
	assert_memory_not_equal(a.data + 1, b.data + 1, 12);
	assert_memory_not_equal(a.data + 13, b.data + 13, 11);
	assert_null(memmem(a.data, a.len, "1380", 4));
	buf_free(&a);
	buf_free(&b);
	seal_close(s);
}

/* The nonces of many values, more than a stock holds. */
static void take_nonces(struct seal *s, uint8_t *out, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct buf sealed;

		put(s, "1", 1, &sealed);
		memcpy(out + 12 * i, sealed.data + 1, 12);
		buf_free(&sealed);
	}
}

static int by_nonce(const void *a, const void *b)
{
	return memcmp(a, b, 12);
}

/* The parent goes on with its stock; the child, a copy and a later child make new ones. */
static void no_nonce_is_used_twice_also_after_a_fork(void **state)
{
	enum { EACH = 200, SETS = 4 };
	static uint8_t all[SETS * EACH][12];
	struct seal *s = opened(path), *copy;
	int ends[2];

	(void)state;
	take_nonces(s, all[0], EACH / 2 + 1); /* in the middle of a stock */
	for (int i = 1; i <= 2; i++) {
		assert_int_equal(pipe(ends), 0);
		if (fork() == 0) {
			take_nonces(s, all[i * EACH], EACH);
			_exit(write(ends[1], all[i * EACH], 12 * EACH) == 12 * EACH ? 0 : 1);
		}
		assert_int_equal(read(ends[0], all[i * EACH], 12 * EACH), 12 * EACH);
		close(ends[0]);
		close(ends[1]);
		wait(NULL);
	}
	take_nonces(s, all[EACH / 2 + 1], EACH / 2 - 1);
	copy = seal_copy(s);
	take_nonces(copy, all[3 * EACH], EACH);
	qsort(all, SETS * EACH, 12, by_nonce);
	for (size_t i = 1; i < SETS * EACH; i++)
		assert_memory_not_equal(all[i - 1], all[i], 12);
	seal_close(copy);
	seal_close(s);
}

static void a_value_at_another_place_is_refused(void **state)
{
	static const struct {
		const char *table, *column;
		int64_t row;
	} places[] = {
		{ "resident", "phone", 8 },
		{ "resident", "phone", 71 },
		{ "resident", "phone", -7 },
		{ "resident", "id_no", 7 },
		{ "member", "phone", 7 },
		{ "resident.phone", "", 7 },
		{ "", "resident.phone", 7 },
	};
	struct seal *s = opened(path);
	struct buf sealed, back;

	(void)state;
	put(s, "13800138000", 11, &sealed);
	buf_init(&back, 100);
	for (size_t i = 0; i < COUNT(places); i++) {
		assert_false(seal_get(s, places[i].table, places[i].column, places[i].row,
			sealed.data, sealed.len, &back));
		assert_int_equal(back.len, 0);
	}
	assert_true(seal_get(s, "resident", "phone", 7, sealed.data, sealed.len, &back));
	buf_free(&back);
	buf_free(&sealed);
	seal_close(s);
}

static void each_damaged_bit_is_noticed(void **state)
{
	struct seal *s = opened(path);
	struct buf sealed, back;

	(void)state;
	put(s, "13800138000", 11, &sealed);
	buf_init(&back, 100);
	for (size_t bit = 0; bit < sealed.len * 8; bit++) {
		sealed.data[bit / 8] ^= (char)(1 << bit % 8);
		assert_false(seal_get(s, "resident", "phone", 7, sealed.data, sealed.len, &back));
		sealed.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	for (size_t n = 0; n < sealed.len; n++)
		assert_false(seal_get(s, "resident", "phone", 7, sealed.data, n, &back));
	buf_addc(&sealed, 'x');
	assert_false(seal_get(s, "resident", "phone", 7, sealed.data, sealed.len, &back));
	assert_int_equal(back.len, 0);
	assert_true(seal_get(s, "resident", "phone", 7, sealed.data, sealed.len - 1, &back));
	buf_free(&back);
	buf_free(&sealed);
	seal_close(s);
}

static void another_key_opens_nothing(void **state)
{
	struct seal *s = opened(path), *other = opened(beside("other"));
	uint8_t a[SEAL_LOOKUP], b[SEAL_LOOKUP], c[SEAL_HASH], d[SEAL_HASH];
	const uint8_t zero[SEAL_HASH] = { 0 };
	struct buf sealed, back;
	char one[9], two[9];

	(void)state;
	put(s, "13800138000", 11, &sealed);
	buf_init(&back, 100);
	assert_false(seal_get(other, "resident", "phone", 7, sealed.data, sealed.len, &back));
	seal_lookup(s, "phone", "13800138000", a);
	seal_lookup(other, "phone", "13800138000", b);
	assert_memory_not_equal(a, b, sizeof a);
	seal_chain(s, zero, "x", 1, c);
	seal_chain(other, zero, "x", 1, d);
	assert_memory_not_equal(c, d, sizeof c);
	seal_name(s, one);
	seal_name(other, two);
	assert_int_equal(strlen(one), 8);
	assert_string_not_equal(one, two);
	buf_free(&back);
	buf_free(&sealed);
	seal_close(other);
	seal_close(s);
}

static void a_full_buffer_is_told(void **state)
{
	struct seal *s = opened(path);
	struct buf sealed, back;

	(void)state;
	put(s, "13800138000", 11, &sealed);
	buf_init(&back, 10);
	assert_false(seal_get(s, "resident", "phone", 7, sealed.data, sealed.len, &back));
	assert_int_equal(back.len, 0);
	buf_free(&back);
	buf_free(&sealed);
	seal_close(s);
}

/* -- lookups and the chain ---------------------------------------------------------------- */

static void lookups_are_stable_and_apart_by_kind(void **state)
{
	static const struct {
		const char *kind, *value;
	} each[] = { { "phone", "13800138000" }, { "id", "13800138000" },
		{ "phone", "13800138001" }, { "phone", "" }, { "phone1", "3800138000" },
		{ "", "phone13800138000" } };
	struct seal *s = opened(path), *copy = seal_copy(s);
	uint8_t got[COUNT(each)][SEAL_LOOKUP], again[SEAL_LOOKUP];

	(void)state;
	for (size_t i = 0; i < COUNT(each); i++) {
		seal_lookup(s, each[i].kind, each[i].value, got[i]);
		seal_lookup(copy, each[i].kind, each[i].value, again);
		assert_memory_equal(got[i], again, SEAL_LOOKUP);
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(got[i], got[k], SEAL_LOOKUP);
	}
	seal_close(copy);
	seal_close(s);
}

/* What is written with one build is looked up with the next: the keys of the file, RFC 2104. */
static void lookups_and_links_are_hmacs_of_the_keys_in_the_file(void **state)
{
	struct seal *s = opened(path);
	char text[256];
	uint8_t keys[96], want[SEAL_HASH], got[SEAL_HASH], zero[SEAL_HASH] = { 0 },
							   both[SEAL_HASH + 200];
	FILE *f = fopen(path, "r");

	(void)state;
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof text, f));
	assert_non_null(fgets(text, sizeof text, f));
	fclose(f);
	text[strcspn(text, "\n")] = '\0';
	assert_true(seal_unhex(text, keys, sizeof keys));
	seal_hmac256(keys + 32, 32, "phone\00013800138000", 17, want);
	seal_lookup(s, "phone", "13800138000", got);
	assert_memory_equal(got, want, SEAL_LOOKUP);
	for (size_t n = 0; n <= 200; n++) {
		memset(both, 0, SEAL_HASH);
		memset(both + SEAL_HASH, 'x', n);
		seal_hmac256(keys + 64, 32, both, SEAL_HASH + n, want);
		seal_chain(s, zero, both + SEAL_HASH, n, got);
		assert_memory_equal(got, want, SEAL_HASH);
	}
	seal_close(s);
}

static void a_link_depends_on_all_before_it(void **state)
{
	struct seal *s = opened(path);
	uint8_t zero[SEAL_HASH] = { 0 }, a[SEAL_HASH], ab[SEAL_HASH], b[SEAL_HASH],
		lookup[SEAL_LOOKUP];

	(void)state;
	seal_chain(s, zero, "a", 1, a);
	seal_chain(s, a, "b", 1, ab);
	seal_chain(s, zero, "b", 1, b);
	assert_memory_not_equal(ab, b, sizeof ab);
	seal_chain(s, zero, "a", 1, b);
	assert_memory_equal(a, b, sizeof a);
	seal_chain(s, a, "b", 1, a); /* in place */
	assert_memory_equal(a, ab, sizeof a);
	seal_lookup(s, "", "a", lookup); /* another key than the chain's */
	seal_chain(s, zero, "", 0, b);
	assert_memory_not_equal(lookup, b, sizeof lookup);
	seal_close(s);
}

/* -- the key file ------------------------------------------------------------------------- */

static void write_file(const char *file, const void *bytes, size_t n, mode_t mode)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void the_key_file_is_made_once_and_for_its_owner(void **state)
{
	struct seal *s = NULL;
	char first[9], second[9];
	struct stat st;

	(void)state;
	assert_int_equal(seal_open(&s, path, false), SEAL_IO);
	assert_int_equal(errno, ENOENT);
	assert_null(s);
	umask(0); /* the mode does not hang on it */
	s = opened(path);
	umask(022);
	seal_name(s, first);
	seal_close(s);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(access(beside("key.new"), F_OK), -1);
	s = opened(path);
	seal_name(s, second);
	assert_string_equal(first, second);
	seal_close(s);
	seal_close(NULL);
}

static void a_file_that_others_may_read_is_refused(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0660, 0644, 0601, 0610 };
	struct seal *s = opened(path);

	(void)state;
	seal_close(s);
	for (size_t i = 0; i < COUNT(modes); i++) {
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_int_equal(seal_open(&s, path, true), SEAL_OPEN);
		assert_null(s);
	}
	assert_int_equal(chmod(path, 0400), 0);
	seal_close(opened(path));
}

/* What stands in it, and behind its two fields how often: a pattern may be long. */
static const struct {
	const char *head, *body;
	size_t times;
} wrong_files[] = {
	{ "", "", 0 },
	{ "q", "", 0 },
	{ "quanzu-key 1", "", 0 },
	{ "quanzu-key 1\n", "", 0 },
	{ "quanzu-key 1\n", "0123456789abcdef", 11 },
	{ "quanzu-key 1\n", "0123456789abcdef", 13 },
	{ "quanzu-key 1\n", "0123456789abcdeg", 12 },
	{ "quanzu-key 2\n", "0123456789abcdef", 12 },
	{ "QUANZU-KEY 1\n", "0123456789abcdef", 12 },
	{ "quanzu-key 1\n\n", "0123456789abcdef", 12 },
	{ "-----BEGIN PRIVATE KEY-----\n", "0123456789abcdef", 12 },
	{ "quanzu-key 1\n", "0123456789abcdef", 100 },
};

static void a_file_that_is_no_key_file_is_refused(void **state)
{
	static const char zeros[600];
	struct seal *s = NULL;
	struct buf file;

	(void)state;
	buf_init(&file, 10000);
	for (size_t i = 0; i < COUNT(wrong_files); i++) {
		buf_clear(&file);
		buf_adds(&file, wrong_files[i].head);
		for (size_t k = 0; k < wrong_files[i].times; k++)
			buf_adds(&file, wrong_files[i].body);
		write_file(path, buf_str(&file), file.len, 0600);
		assert_int_equal(seal_open(&s, path, true), SEAL_WRONG);
		assert_null(s);
	}
	write_file(path, zeros, sizeof zeros, 0600);
	assert_int_equal(seal_open(&s, path, true), SEAL_WRONG);
	buf_clear(&file); /* the form itself is right: what was refused above was the difference */
	buf_adds(&file, "quanzu-key 1\n");
	for (int k = 0; k < 12; k++)
		buf_adds(&file, "0123456789abcdef");
	write_file(path, buf_str(&file), file.len, 0600);
	seal_close(opened(path));
	buf_adds(&file, "\r\n");
	write_file(path, buf_str(&file), file.len, 0600);
	seal_close(opened(path));
	buf_free(&file);
}

static void a_link_or_a_folder_is_no_key_file(void **state)
{
	struct seal *s = opened(path);
	char link[128];

	(void)state;
	seal_close(s);
	snprintf(link, sizeof link, "%s", beside("link"));
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(seal_open(&s, link, true), SEAL_IO);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(mkdir(beside("full"), 0700), 0);
	assert_int_equal(seal_open(&s, beside("full"), true), SEAL_IO);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(seal_open(&s, beside("absent/key"), true), SEAL_IO);
	assert_int_equal(errno, ENOENT);
	assert_null(s);
}

static void half_a_file_from_a_power_cut_is_written_anew(void **state)
{
	struct stat st;

	(void)state;
	write_file(beside("key.new"), "quanzu-key 1\n0123", 17, 0644);
	seal_close(opened(path));
	assert_int_equal(access(beside("key.new"), F_OK), -1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, make_dir, drop_dir)

int main(void)
{
	static const struct CMUnitTest plain[] = {
		cmocka_unit_test(sha256_is_that_of_fips),
		cmocka_unit_test(hex_is_read_only_whole),
		cmocka_unit_test(random_is_not_twice_the_same),
		TEST(every_length_comes_back),
		TEST(the_same_text_is_sealed_differently_each_time),
		TEST(no_nonce_is_used_twice_also_after_a_fork),
		TEST(a_value_at_another_place_is_refused),
		TEST(each_damaged_bit_is_noticed),
		TEST(another_key_opens_nothing),
		TEST(a_full_buffer_is_told),
		TEST(lookups_are_stable_and_apart_by_kind),
		TEST(lookups_and_links_are_hmacs_of_the_keys_in_the_file),
		TEST(a_link_depends_on_all_before_it),
		TEST(the_key_file_is_made_once_and_for_its_owner),
		TEST(a_file_that_others_may_read_is_refused),
		TEST(a_file_that_is_no_key_file_is_refused),
		TEST(a_link_or_a_folder_is_no_key_file),
		TEST(half_a_file_from_a_power_cut_is_written_anew),
	};
	struct CMUnitTest tests[COUNT(plain) + COUNT(hmac_rows)];

	memcpy(tests, plain, sizeof plain);
	for (size_t i = 0; i < COUNT(hmac_rows); i++)
		tests[COUNT(plain) + i] = (struct CMUnitTest){ .name = hmac_rows[i].name,
			.test_func = hmac_is_that_of_the_rfc,
			.initial_state = (void *)(uintptr_t)&hmac_rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
