"""The parts of the names of people, firms and rooms in the demo; every combination is made up."""

from __future__ import annotations

FIRST_NAMES: tuple[str, ...] = (
    "Adriana", "Adriano", "Alessandra", "Alexandre", "Aline", "Amanda", "Ana Beatriz", "Ana Clara", "Ana Paula",
    "André", "Antônio", "Aparecida", "Arthur", "Beatriz", "Bernardo", "Breno", "Bruna", "Bruno", "Caio", "Camila",
    "Carlos", "Carlos Eduardo", "Caroline", "Cauã", "Cecília", "Célia", "César", "Cláudia", "Cláudio", "Cristiane",
    "Daniel", "Daniela", "Davi", "Débora", "Denise", "Diego", "Edson", "Eduarda", "Eduardo", "Elaine", "Eliane",
    "Emanuel", "Érica", "Fábio", "Felipe", "Fernanda", "Fernando", "Flávia", "Francisca", "Francisco", "Gabriel",
    "Gabriela", "Geraldo", "Gilberto", "Giovana", "Glória", "Guilherme", "Gustavo", "Heitor", "Helena", "Henrique",
    "Hugo", "Iara", "Igor", "Inês", "Isabela", "Ítalo", "Ivone", "Jéssica", "João", "João Pedro", "João Vitor",
    "Joaquim", "Jorge", "José", "José Carlos", "Josefa", "Joyce", "Júlia", "Juliana", "Júlio", "Kátia", "Laís",
    "Larissa", "Laura", "Leandro", "Leonardo", "Letícia", "Lívia", "Lorena", "Luan", "Lúcia", "Luís Felipe", "Luiz",
    "Luiz Otávio", "Luíza", "Manoel", "Manuela", "Marcela", "Márcia", "Márcio", "Marcos", "Maria", "Maria Clara",
    "Maria das Graças", "Maria de Fátima", "Maria Eduarda", "Maria José", "Mariana", "Mário", "Marlene", "Mateus",
    "Mônica", "Murilo", "Natália", "Nelson", "Nícolas", "Otávio", "Patrícia", "Paula", "Paulo", "Paulo César", "Pedro",
    "Pedro Henrique", "Rafael", "Rafaela", "Raimunda", "Raimundo", "Raquel", "Regina", "Renan", "Renata", "Ricardo",
    "Roberta", "Roberto", "Rodrigo", "Rogério", "Rosângela", "Sabrina", "Samuel", "Sandra", "Sebastião", "Sérgio",
    "Sílvia", "Simone", "Sofia", "Sônia", "Tainá", "Tatiane", "Terezinha", "Thaís", "Thiago", "Tomás", "Valéria",
    "Vanessa", "Vera Lúcia", "Vinícius", "Vitória", "Viviane", "Wagner", "Wesley", "William", "Yasmin", "Zilda",
)  # fmt: skip

SURNAMES: tuple[str, ...] = (
    "Abreu", "Aguiar", "Albuquerque", "Alencar", "Almeida", "Alves", "Amaral", "Amorim", "Andrade", "Antunes",
    "Aragão", "Araújo", "Assis", "Assunção", "Azevedo", "Barbosa", "Barros", "Batista", "Bezerra", "Borges", "Braga",
    "Brandão", "Brito", "Cabral", "Caldas", "Camargo", "Campos", "Cardoso", "Carneiro", "Carvalho", "Castro",
    "Cavalcanti", "Coelho", "Cordeiro", "Correia", "Costa", "Couto", "Cunha", "da Conceição", "da Costa", "da Cruz",
    "da Luz", "da Mata", "da Rocha", "da Silva", "da Silveira", "das Chagas", "das Neves", "de Almeida", "de Araújo",
    "de Assis", "de Freitas", "de Jesus", "de Lima", "de Melo", "de Moraes", "de Oliveira", "de Paula", "de Souza",
    "Dias", "do Amaral", "do Carmo", "do Nascimento", "do Prado", "do Vale", "dos Anjos", "dos Reis", "dos Santos",
    "Duarte", "Esteves", "Farias", "Fernandes", "Ferraz", "Ferreira", "Figueiredo", "Fonseca", "Fontes", "Fraga",
    "França", "Furtado", "Galvão", "Garcia", "Gomes", "Gonçalves", "Guedes", "Guerra", "Guimarães", "Holanda",
    "Junqueira", "Lacerda", "Leal", "Leite", "Lemos", "Lopes", "Macedo", "Machado", "Magalhães", "Maia", "Marinho",
    "Marques", "Martins", "Matos", "Medeiros", "Mendes", "Menezes", "Miranda", "Monteiro", "Morais", "Moreira",
    "Mota", "Moura", "Muniz", "Nogueira", "Nunes", "Pacheco", "Paiva", "Peixoto", "Pereira", "Pimentel", "Pinheiro",
    "Pinto", "Pires", "Queiroz", "Ramalho", "Ramos", "Rangel", "Resende", "Ribeiro", "Rodrigues", "Sá", "Salgado",
    "Sampaio", "Serra", "Simões", "Siqueira", "Soares", "Tavares", "Teixeira", "Teles", "Torres", "Trindade",
    "Valença", "Vasconcelos", "Vaz", "Viana", "Vieira", "Vilela", "Xavier",
)  # fmt: skip

TRADES: tuple[str, ...] = (
    "Academia", "Açougue", "Agropecuária", "Auto Peças", "Clínica Veterinária", "Distribuidora", "Drogaria",
    "Escola Infantil", "Gráfica", "Hotel", "Lanchonete", "Materiais de Construção", "Mecânica", "Mercado", "Ótica",
    "Padaria", "Papelaria", "Pizzaria", "Pousada", "Restaurante", "Salão de Beleza", "Transportadora",
)  # fmt: skip

HOUSES: tuple[str, ...] = (
    "Alvorada", "Aurora", "Avenida", "Bela Vista", "Boa Esperança", "Bom Jesus", "Central", "Cruzeiro do Sul",
    "Estrela", "Horizonte", "Ipê Amarelo", "Irmãos Unidos", "Jacarandá", "Nova Era", "Pão e Companhia", "Paraíso",
    "Planalto", "Primavera", "Progresso", "Santa Rita", "São João", "São José", "Três Irmãos", "União", "Vitória",
)  # fmt: skip

LEGAL_FORMS: tuple[str, ...] = ("Ltda", "Ltda", "Ltda", "ME", "EPP", "S.A.")

ROOMS: tuple[str, ...] = (
    "Sala", "Quarto", "Quarto das crianças", "Cozinha", "Escritório", "Suíte", "Varanda", "Área gourmet",
)  # fmt: skip
