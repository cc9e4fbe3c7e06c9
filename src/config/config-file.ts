/** The name of a project's configuration, beside the store. It is committed: everyone who can write can change it. */
export const CONFIG_FILE = ".pprotect.yaml";
