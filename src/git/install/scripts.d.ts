/** The scripts in the project's `hooks` directory have no extension; the bundler embeds them as text. */
declare module "*/hooks/find-pprotect" {
  const text: string;
  export default text;
}
declare module "*/hooks/pre-commit" {
  const text: string;
  export default text;
}
declare module "*/hooks/pre-merge-commit" {
  const text: string;
  export default text;
}
declare module "*/hooks/commit-msg" {
  const text: string;
  export default text;
}
declare module "*/hooks/pre-push" {
  const text: string;
  export default text;
}
declare module "*/hooks/pre-receive" {
  const text: string;
  export default text;
}
declare module "*/hooks/update" {
  const text: string;
  export default text;
}
declare module "*/hooks/merge-driver" {
  const text: string;
  export default text;
}
declare module "*/hooks/textconv" {
  const text: string;
  export default text;
}
