/** The manifest's name, beside the store. In a module of its own: most who need the name do not read the file. */
export const MANIFEST_FILE = ".secrets.json";
