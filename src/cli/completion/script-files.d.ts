/** The bundler embeds the scripts for the shells as text. */
declare module "*/scripts/pprotect.bash" {
  const text: string;
  export default text;
}
declare module "*/scripts/pprotect.zsh" {
  const text: string;
  export default text;
}
declare module "*/scripts/pprotect.fish" {
  const text: string;
  export default text;
}
