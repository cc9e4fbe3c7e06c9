import { lazy } from "../common/lazy.ts";

/**
 * Names of variables that make programs run other code, or change what they trust or connect to. Anyone can add a secret,
 * and what it is called must not do that. No list of such names can be complete: the manifest of a project is its list of
 * allowed names.
 *
 * `*` stands for any characters, once in a name.
 */

/** Always refused: they do nothing but make loaders, shells and interpreters run code. In any case, as on Windows.
 * zsh takes some numbers for arithmetic expressions, `a[$(command)]` among them, whenever it looks at them. */
const RUN_CODE = `
PATH IFS ENV BASH_ENV SHELLOPTS BASHOPTS BASH_LOADABLES_PATH PROMPT_COMMAND PS0 PS4 BASH_FUNC_* FPATH ZDOTDIR
DIRSTACKSIZE REPORTTIME REPORTMEMORY LOGCHECK MAILPATH PS1 PS2 PS3 PROMPT PROMPT2 PROMPT3 PROMPT4 SPROMPT RPS1 RPS2 RPROMPT RPROMPT2
NULLCMD READNULLCMD MODULE_PATH FISH_FUNCTION_PATH FISH_USER_PATHS FISH_COMPLETE_PATH XONSHRC PSMODULEPATH COMSPEC PATHEXT
LD_* DYLD_* GCONV_PATH GETCONF_DIR
PYTHON* NODE_OPTIONS NODE_PATH NODE_COMPILE_CACHE BUN_OPTIONS BUN_INSPECT* BUN_BE_BUN BUN_RUNTIME_TRANSPILER_CACHE_PATH
PERL5OPT PERL5LIB PERL5DB PERLLIB RUBYOPT RUBYLIB
JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS OPENJ9_JAVA_OPTIONS IBM_JAVA_OPTIONS
DOTNET_STARTUP_HOOKS CORECLR_PROFILER* COR_PROFILER* PHPRC PHP_INI_SCAN_DIR
LUA_INIT* LUA_PATH* LUA_CPATH* R_PROFILE* R_ENVIRON* JULIA_*_PATH ERL_FLAGS ERL_AFLAGS ERL_ZFLAGS ELIXIR_ERL_OPTIONS TCLLIBPATH
AWKPATH AWKLIBPATH CAML_LD_LIBRARY_PATH EMACSLOADPATH GUILE_*_PATH NODE_REPL_EXTERNAL_MODULE VIMINIT EXINIT VIMRUNTIME GVIMINIT
TAR_OPTIONS ZIPOPT MAKEFLAGS GNUMAKEFLAGS MFLAGS MAKEFILES GOFLAGS COMPILER_PATH GCC_EXEC_PREFIX
RSYNC_RSH RSYNC_CONNECT_PROG CVS_RSH SVN_SSH HGRCPATH BORG_RSH
LESSOPEN LESSCLOSE LIBMYSQL_PLUGINS LIBMYSQL_PLUGIN_DIR PYTEST_PLUGINS PYTEST_ADDOPTS OPENSSL_CONF OPENSSL_ENGINES OPENSSL_MODULES
GIT_CONFIG* GIT_DIR GIT_COMMON_DIR GIT_EXEC_PATH GIT_SSH GIT_SSH_COMMAND GIT_ASKPASS GIT_EDITOR GIT_SEQUENCE_EDITOR GIT_PAGER
GIT_EXTERNAL_DIFF GIT_PROXY_COMMAND GIT_TEMPLATE_DIR GIT_ALLOW_PROTOCOL GIT_WORK_TREE
`;

/** They steer a pprotect that the program runs: settings, and what its processes pass to each other. */
const OURS = "PPROTECT_* _PPROTECT_*";

/** Passed on only where the user named the secret: programs need some of them, but a stranger must not choose them. */
const STEER_PROGRAMS = `
HOME SHELL TMPDIR TMP TEMP CDPATH INPUTRC XDG_*_HOME XDG_CONFIG_DIRS XDG_DATA_DIRS XDG_RUNTIME_DIR
GLIBC_TUNABLES NLSPATH LOCPATH TERMINFO* TERMCAP DBUS_SESSION_BUS_ADDRESS DBUS_SYSTEM_BUS_ADDRESS
EDITOR VISUAL FCEDIT PAGER *_PAGER MANPAGER *_EDITOR HGEDITOR BROWSER
LESS LESSEDIT LESSECHO LESSKEY* SYSTEMD_LESS HOSTALIASES RES_OPTIONS LOCALDOMAIN MYSQL_HOME LIBMYSQL_ENABLE_CLEARTEXT_PLUGIN CFLAGS CXXFLAGS CPPFLAGS LDFLAGS
SSH_ASKPASS SSH_ASKPASS_REQUIRE SUDO_ASKPASS SSH_SK_HELPER SSH_PKCS11_HELPER SSH_AUTH_SOCK GNUPGHOME KRB5_CONFIG
NODE_TLS_REJECT_UNAUTHORIZED NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR SSLKEYLOGFILE CURL_HOME CURL_CA_BUNDLE
REQUESTS_CA_BUNDLE AWS_CA_BUNDLE GIT_SSL_* GIT_PROXY_* GIT_TRACE* GIT_*_PATH GIT_*_DIR GIT_*_DIRECTORY
GIT_*_DIRECTORIES GIT_INDEX_FILE GIT_ATTR_SOURCE GIT_NAMESPACE GIT_NO_REPLACE_OBJECTS GIT_REPLACE_REF_BASE GITHEAD_* PRE_COMMIT PRE_COMMIT_* WGETRC RIPGREP_CONFIG_PATH
AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_ENDPOINT_URL* KUBECONFIG KUBECTL_EXTERNAL_DIFF HELM_PLUGINS DOCKER_CONFIG
DOCKER_HOST DOCKER_CONTEXT DOCKER_CERT_PATH CONTAINER_HOST BUILDKIT_HOST COMPOSE_FILE CLOUDSDK_PYTHON* CLOUDSDK_CONFIG AZURE_EXTENSION_DIR AZURE_CONFIG_DIR TF_CLI_CONFIG_FILE TF_CLI_ARGS*
TF_REATTACH_PROVIDERS TERRAGRUNT_TFPATH ANSIBLE_* PSQLRC PGSERVICEFILE PGSYSCONFDIR
ODBCINI ODBCINSTINI ODBCSYSINI ORACLE_HOME TNS_ADMIN SASL_PATH PYSPARK_* IPYTHONDIR JUPYTER_CONFIG_* JUPYTER_PATH HISTFILE VIM
BORG_PASSCOMMAND RESTIC_PASSWORD_COMMAND RCLONE_PASSWORD_COMMAND SOPS_AGE_KEY_CMD SOPS_AGE_KEY_FILE
*_PASSWORD_COMMAND *_PASSCOMMAND *_PASSPHRASE_COMMAND *_PASSPHRASE_FILE *_AGE_IDENTITY_FILE
DISPLAY WAYLAND_DISPLAY GITHUB_ENV GITHUB_PATH GITHUB_OUTPUT GITHUB_STATE
CC CXX LD AR AS CPP CPATH *_INCLUDE_PATH LIBRARY_PATH CONFIG_SITE CONFIG_SHELL CMAKE_* PKG_CONFIG PKG_CONFIG_PATH CCACHE_* RUSTC RUSTC_* RUSTFLAGS CARGO_HOME
CARGO_*RUSTFLAGS CARGO_*_RUNNER CARGO_*_LINKER CARGO_BUILD_RUSTC* GOPROXY GOSUMDB GONOSUMDB GONOSUMCHECK GOENV GOROOT GOPATH GOBIN GOWORK
GOINSECURE GONOPROXY GOPRIVATE GOVCS CGO_* GOTOOLCHAIN
JAVA_HOME JAVA_OPTS JVM_OPTS CLASSPATH MAVEN_OPTS MAVEN_ARGS GRADLE_OPTS GRADLE_USER_HOME ANT_OPTS ANT_ARGS SBT_OPTS CATALINA_OPTS
HADOOP_OPTS SPARK_HOME KOTLIN_HOME DOTNET_ROOT* DOTNET_ADDITIONAL_DEPS DOTNET_SHARED_STORE NIX_PATH TS_NODE_* COVERAGE_PROCESS_START
BUNDLE_GEMFILE BUNDLE_PATH GEM_HOME GEM_PATH RAKEOPT COMPOSER_HOME DJANGO_SETTINGS_MODULE GUNICORN_CMD_ARGS
PIP_* UV_INDEX* UV_DEFAULT_INDEX UV_PYTHON COREPACK_* NVM_DIR LEFTHOOK_BIN
ESBUILD_BINARY_PATH NAPI_RS_NATIVE_LIBRARY_PATH PRISMA_*_LIBRARY PRISMA_*_BINARY PUPPETEER_EXECUTABLE_PATH
FZF_DEFAULT_* APT_CONFIG GTK_PATH GTK_MODULES GIO_EXTRA_MODULES QT_PLUGIN_PATH
`;

/** The same, for what reads them in any case: Python takes `Http_Proxy`, npm takes `Npm_Config_registry`, Windows any. */
const STEER_IN_ANY_CASE = `
*_PROXY NPM_CONFIG_* PNPM_CONFIG_* YARN_* APPDATA LOCALAPPDATA
`;

/** What a variable of some name does to programs. */
export type Danger = "runs-code" | "ours" | "steers";

/** The lists, read at their first use: much of what opens secrets makes no variables of them. */
const lists = lazy(() => ({
  runsCode: matcher(RUN_CODE, true),
  ours: matcher(OURS, true),
  steers: matcher(STEER_PROGRAMS, process.platform === "win32"),
  steersInAnyCase: matcher(STEER_IN_ANY_CASE, true),
}));

/** Whether a variable of this name is known to be dangerous, and how. */
export function dangerOf(variable: string): Danger | undefined {
  const { runsCode, ours, steers, steersInAnyCase } = lists();
  if (runsCode(variable)) return "runs-code";
  if (ours(variable)) return "ours";
  return steers(variable) || steersInAnyCase(variable) ? "steers" : undefined;
}

/** Why a secret must not become a variable of this name, for a message: `VARIABLE can …`. */
export function describeDanger(variable: string, danger: Danger): string {
  if (danger === "runs-code") return `${variable}, which can make the program run other code`;
  if (danger === "ours") return `${variable}, a setting of pprotect`;
  return `${variable}, which can change what programs run, trust or connect to`;
}

/** The characters with which a name begins by which patterns are found. */
const BEGINNING = 2;

/**
 * Matches names against a list. A regular expression of it would take longer to compile than `exec` to open its secrets, and
 * so would functions that are called for each name of the list.
 */
function matcher(list: string, inAnyCase: boolean): (variable: string) => boolean {
  const exact = new Set<string>();
  /** By how they begin; those that may begin in any way under the empty text. */
  const patterns = new Map<string, (readonly string[])[]>();
  for (const name of list.trim().split(/\s+/)) {
    const star = name.indexOf("*");
    if (star === -1) exact.add(name);
    else {
      const beginning = star < BEGINNING ? "" : name.slice(0, BEGINNING);
      const others = patterns.get(beginning);
      const parts = [name.slice(0, star), name.slice(star + 1)];
      if (others) others.push(parts);
      else patterns.set(beginning, [parts]);
    }
  }
  const matchesOne = (name: string, beginning: string): boolean => {
    for (const [start = "", end = ""] of patterns.get(beginning) ?? [])
      if (name.length >= start.length + end.length && name.startsWith(start) && name.endsWith(end))
        return true;
    return false;
  };
  return (variable) => {
    const name = inAnyCase ? variable.toUpperCase() : variable;
    return exact.has(name) || matchesOne(name, "") || matchesOne(name, name.slice(0, BEGINNING));
  };
}
