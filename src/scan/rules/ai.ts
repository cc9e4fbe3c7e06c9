import { LONG_RUN, rulesOf } from "../rule.ts";

/** Model providers of which secretlint knows only the strictest form of a key, or none. */
export const aiRules = rulesOf("token", [
  {
    id: "openai-key",
    what: "an OpenAI API key",
    keywords: LONG_RUN,
    pattern:
      /(?<![A-Za-z0-9_-])sk-(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{40,200}|[A-Za-z0-9]{48})(?![A-Za-z0-9_-])/g,
    minEntropy: 2,
  },
  {
    id: "anthropic-key",
    what: "an Anthropic API key",
    keywords: ["sk-ant-"],
    pattern:
      /(?<![A-Za-z0-9_-])sk-ant-(?:api|admin|oat|ort|sid)[0-9]{2}-[A-Za-z0-9_-]{40,200}(?![A-Za-z0-9_-])/g,
    minEntropy: 2,
  },
  {
    id: "openrouter-key",
    what: "an OpenRouter API key",
    keywords: ["sk-or-v1-"],
    pattern: /(?<![A-Za-z0-9_-])sk-or-v1-[a-f0-9]{64}(?![A-Za-z0-9])/g,
  },
  {
    id: "huggingface-token",
    what: "a Hugging Face token",
    keywords: ["hf_", "api_org_"],
    pattern: /(?<![A-Za-z0-9_])(?:hf_[A-Za-z0-9]{34,40}|api_org_[A-Za-z0-9]{34})(?![A-Za-z0-9_])/g,
    minEntropy: 2,
  },
  {
    id: "replicate-token",
    what: "a Replicate token",
    keywords: ["r8_"],
    pattern: /(?<![A-Za-z0-9_])r8_[A-Za-z0-9]{37}(?![A-Za-z0-9_])/g,
  },
  {
    id: "perplexity-key",
    what: "a Perplexity API key",
    keywords: ["pplx-"],
    pattern: /(?<![A-Za-z0-9-])pplx-[A-Za-z0-9]{48,56}(?![A-Za-z0-9])/g,
  },
  {
    id: "xai-key",
    what: "an xAI API key",
    keywords: ["xai-"],
    pattern: /(?<![A-Za-z0-9-])xai-[A-Za-z0-9]{80}(?![A-Za-z0-9])/g,
  },
  {
    id: "pinecone-key",
    what: "a Pinecone API key",
    keywords: ["pcsk_"],
    pattern: /(?<![A-Za-z0-9_])pcsk_[A-Za-z0-9]{5,8}_[A-Za-z0-9]{60,66}(?![A-Za-z0-9_])/g,
  },
  {
    id: "langsmith-key",
    what: "a LangSmith API key",
    keywords: ["lsv2_"],
    pattern: /(?<![A-Za-z0-9_])lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}(?![A-Za-z0-9_])/g,
  },
]);
