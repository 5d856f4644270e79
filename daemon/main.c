/* quanzud: options, start-up order, signals, readiness, the end. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include <uv.h>

#include "channel.h"
#include "clock.h"
#include "daemon.h"
#include "log.h"
#include "sheet_child.h"

#include "banned.h"

#define DEFAULT_CONFIG "/etc/quanzu/quanzud.conf"

static void usage(FILE *to)
{
	fprintf(to, "用法: quanzud [-c 配置文件] [-t]\n"
		    "  -c FILE  配置文件，默认 " DEFAULT_CONFIG "\n"
		    "  -t       只检查配置，然后退出\n"
		    "  -V       版本\n");
}

static struct settings *read_settings(const char *path)
{
	struct settings_error error;
	struct settings *set = settings_read(path, &error);

	if (set != NULL && channels_check(set, &error))
		return set;
	settings_free(set);
	if (error.line > 0)
		fprintf(stderr, "%s:%d: %s\n", error.file, error.line, error.text);
	else
		fprintf(stderr, "%s: %s\n", error.file, error.text);
	exit(EXIT_CONFIG);
}

static void tell(const struct settings_error *what)
{
	fprintf(stderr, "%s:%d: %s\n", what->file, what->line, what->text);
}

/* The daemon itself starts without its devices; whoever asks is told which are not there. */
static int check(const char *config, const struct settings *set)
{
	int code = channels_absent(set, tell);

	if (code == 0)
		printf("配置没有问题: %s\n", config);
	else
		fprintf(stderr, "配置没有写错,但上面的设备现在不能用: %s\n", config);
	return code;
}

int main(int argc, char **argv)
{
	const char *config = DEFAULT_CONFIG;
	struct settings *set;
	bool only_test = false;
	int option;

	if (argc > 1 && strcmp(argv[1], SHEET_CHILD_ARG) == 0)
		return sheet_child_main(argc, argv);
	while ((option = getopt(argc, argv, "c:thV")) != -1) {
		switch (option) {
		case 'c':
			config = optarg;
			break;
		case 't':
			only_test = true;
			break;
		case 'V':
			printf("quanzud " DAEMON_VERSION "\n");
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		usage(stderr);
		return EXIT_USAGE;
	}
	set = read_settings(config);
	if (only_test) {
		int code = check(config, set);

		settings_free(set);
		return code;
	}
	/* No core, no ptrace by others: the keys are in this memory. */
	prctl(PR_SET_DUMPABLE, 0);
	umask(0077);
	signal(SIGPIPE, SIG_IGN);
	return daemon_run(config, set);
}
