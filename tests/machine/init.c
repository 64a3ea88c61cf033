/* The only process of the virtual machine: loads every object in /objects, runs what can be run without a packet's owner, tells what came of it in
 * lines that begin with '@', gives the kernel's types away on the second serial port, and turns the machine off. Linked statically. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <termios.h>
#include <unistd.h>

static char log_text[1 << 20];

static int print(enum libbpf_print_level level, const char *form, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stdout, form, arguments) : 0;
}

static void run(const char *object, struct bpf_program *program)
{
	static char packet[64];
	LIBBPF_OPTS(bpf_test_run_opts, options);
	enum bpf_prog_type type = bpf_program__type(program);

	if (type == BPF_PROG_TYPE_XDP) {
		options.data_in = packet;
		options.data_size_in = sizeof(packet);
	} else if (type != BPF_PROG_TYPE_SYSCALL) {
		return;
	}
	int status = bpf_prog_test_run_opts(bpf_program__fd(program), &options);
	printf("@run %s %s %d %u\n", object, bpf_program__name(program), status, options.retval);
}

static void show_variables(const char *object, struct bpf_object *o)
{
	static unsigned char value[1 << 16];
	struct bpf_map *map;
	int key = 0;

	bpf_object__for_each_map(map, o) {
		const char *name = bpf_map__name(map);
		if (!strstr(name, ".bss") || bpf_map__value_size(map) > sizeof(value) || bpf_map_lookup_elem(bpf_map__fd(map), &key, value))
			continue;
		printf("@variables %s ", object);
		for (unsigned i = 0; i < bpf_map__value_size(map); i++)
			printf("%02x", value[i]);
		printf("\n");
	}
}

static void load(const char *object)
{
	char path[300];
	struct bpf_program *program;

	snprintf(path, sizeof(path), "/objects/%s", object);
	struct bpf_object *o = bpf_object__open_file(path, NULL);
	int status = -1;
	if (o) {
		bpf_object__for_each_program(program, o)
			bpf_program__set_log_buf(program, log_text, sizeof(log_text));
		status = bpf_object__load(o);
	}
	printf("@load %s %d\n", object, status);
	if (status) {
		printf("%s\n", log_text);
	} else {
		bpf_object__for_each_program(program, o)
			run(object, program);
		show_variables(object, o);
	}
	bpf_object__close(o);
}

static void give_types(void)
{
	static char buffer[1 << 16];
	struct termios raw;
	int from = open("/sys/kernel/btf/vmlinux", O_RDONLY), to = open("/dev/ttyS1", O_WRONLY | O_NOCTTY);
	long total = 0, n;

	if (from < 0 || to < 0 || tcgetattr(to, &raw)) {
		printf("@types 0\n");
		return;
	}
	cfmakeraw(&raw);
	tcsetattr(to, TCSANOW, &raw);
	while ((n = read(from, buffer, sizeof(buffer))) > 0) {
		for (long done = 0, one; done < n; done += one)
			if ((one = write(to, buffer + done, n - done)) <= 0)
				return;
		total += n;
	}
	tcdrain(to);
	printf("@types %ld\n", total);
}

int main(void)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct utsname name;
	struct dirent **found;

	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sys", "/sys", "sysfs", 0, NULL);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	setvbuf(stdout, NULL, _IOLBF, 0);
	libbpf_set_print(print);
	uname(&name);
	printf("\n@kernel %s\n", name.release);
	int count = scandir("/objects", &found, NULL, alphasort);
	for (int i = 0; i < count; i++)
		if (found[i]->d_name[0] != '.')
			load(found[i]->d_name);
	give_types();
	printf("@done\n");
	tcdrain(1);
	reboot(RB_POWER_OFF);
	return 1;
}
